"""Chat servers under real faults: `make torture`, or `python -m torture` in the folder tests/.

plan      what is said in a round, and which fault comes at which point; follows from a seed
world     two servers behind a pooler in front of a Postgres, its gateway, the model and a tool's service
points    where a turn is, seen from outside, and how it is held there
faults    what goes wrong, and how it heals
talkers   clients that send a message again, with its id, until it is answered
tabs      what they do besides through the gateway, as a browser does
abuses    what nobody may do with what is another user's
intruders  who try that meanwhile, and are refused
ledger    what was said and answered, as the clients know it
invariants  what the database must have then
rounds    one round after the other, and what came of them
"""
