"""Somebody who has been here for a while: chats, tasks, notes, memories, an agent of their own, and usage."""

import psycopg

# Days are counted from today: there is always something overdue, something for today and a history.
FILL = """
with person as (select id from auth.users where email = %(email)s),
planner as (
  insert into public.agent_configurations (agent_name, display_name, description, system_prompt, owner_id)
  select 'planner', 'Planner', 'Plans the week and asks before it changes anything.', 'Plan the week.', id
    from person returning id
),
planner_tools as (
  insert into public.agent_tools (agent_id, name, type, approval, description, config, "order")
  select planner.id, tool.name, 'CRUDTool', tool.approval, tool.description, tool.config::jsonb, tool.place
    from planner, (values
      ('list_tasks', 1, 'auto', 'Lists the user''s tasks, those due first on top.',
       '{"table_name": "tasks", "method": "fetch", "columns": ["title", "status", "priority", "due_date"],
         "filters": {"status": ["eq"], "title": ["contains"]}, "order_by": ["due_date"], "limit": 20}'),
      ('update_task', 2, 'ask', 'Changes a task: its priority, its status or the day it is due.',
       '{"table_name": "tasks", "method": "update", "columns": ["title", "priority", "due_date"],
         "filters": {"title": ["eq"]}}')
    ) as tool (name, place, approval, description, config)
),
tasks as (
  insert into public.tasks (user_id, title, description, due_date, priority, category, status, position)
  select person.id, task.title, task.description, current_date + task.days, task.priority, task.category,
         task.status, task.place
    from person, (values
      (1, 'Send the tax return', null, -2, 3, 'money', 'pending'),
      (2, 'Water the plants', null, 0, 1, 'home', 'pending'),
      (3, 'Call Ann about the summer house', 'Has the roof been mended? Ask for the bill.', 0, 2, 'family',
       'in_progress'),
      (4, 'Prepare the workshop', 'Two hours, twelve people, no slides.', 3, 2, 'work', 'pending'),
      (5, 'Renew the passport', null, 6, 2, null, 'pending'),
      (6, 'Plan the trip to Lisbon', null, 24, 0, 'travel', 'pending'),
      (7, 'Learn to juggle', null, null, 0, null, 'pending'),
      (8, 'Pay the rent', null, -1, 3, 'money', 'completed')
    ) as task (place, title, description, days, priority, category, status)
  returning id, user_id, title
),
subtasks as (
  insert into public.tasks (user_id, parent_task_id, title, status, position)
  select user_id, id, step.title, step.status, step.place
    from tasks, (values (1, 'Book a room', 'completed'), (2, 'Write the invitation', 'pending'),
                        (3, 'Print the handout', 'pending')) as step (place, title, status)
   where tasks.title = 'Prepare the workshop'
),
notes as (
  insert into public.notes (user_id, title, content, tags, is_pinned, updated_at)
  select person.id, note.title, note.content, note.tags::text[], note.is_pinned,
         now() - make_interval(hours => note.hours)
    from person, (values
      ('Summer house', 'Key at the neighbours.' || chr(10) || 'Roof: Mr Berg, mended in May.',
       '{home}', true, 2),
      ('Workshop', 'Begin with a story.' || chr(10) || 'Exercise: an agent is a row.' || chr(10) ||
       'Leave half an hour for questions.', '{work}', false, 5),
      ('Books to read', 'Middlemarch, The Periodic Table, Invisible Cities', '{reading}', false, 30),
      ('Lisbon', 'Tram 28 early, tiles museum, Sintra by train.', '{travel}', false, 80)
    ) as note (title, content, tags, is_pinned, hours)
),
memories as (
  insert into public.agent_long_term_memory (user_id, agent_name, content)
  select person.id, 'assistant', memory.content
    from person, (values ('They like tea without milk.'),
                         ('The summer house is in Malmö.')) as memory (content)
),
instructions as (
  insert into public.user_agent_prompt_customizations (user_id, agent_name, content, priority)
  select id, 'assistant', 'Answer briefly.', 1 from person
),
chats as (
  insert into public.chats (user_id, agent_name, title, last_message_at)
  select person.id, chat.agent_name, chat.title, now() - make_interval(hours => chat.hours)
    from person, (values
      ('assistant', 'Books for a long train ride', 20),
      ('assistant', 'What is due this week?', 28),
      ('planner', 'Plan for the workshop', 50),
      ('assistant', 'Present for Ben', 90),
      ('assistant', 'Tiles in Lisbon', 400)
    ) as chat (agent_name, title, hours)
)
insert into public.user_usage (user_id, day, agent_name, runs, input_tokens, output_tokens, cost_usd)
select person.id, (now() at time zone 'UTC')::date - days, agent_name, 2 + days %% 4,
       900 * (1 + days %% 5) / part, 300 * (1 + days %% 3) / part, 0.01 * (1 + days %% 5) / part
  from person, generate_series(0, 26, 2) as days,
       (values ('assistant', 1), ('planner', 2)) as agent (agent_name, part)
"""


def live_here(owner_url: str, email: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(FILL, {"email": email})


def make_admin(owner_url: str, email: str) -> None:
    query = "insert into public.admins (user_id) select id from auth.users where email = %(email)s"
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(query, {"email": email})
