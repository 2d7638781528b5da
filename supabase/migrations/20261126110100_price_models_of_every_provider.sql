-- An agent may name a provider with hyphens (google-genai:...), and its turns are recorded under that name: a price must be able
-- to have it too. All that could be priced before still can.

alter table public.model_prices
  drop constraint model_has_a_provider,
  add constraint model_has_a_provider check (model ~ '^[a-z0-9_][a-z0-9_-]*:.+$');
