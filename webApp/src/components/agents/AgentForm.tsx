import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { useNavigate } from "react-router";
import * as z from "zod/mini";
import type { AgentDetail } from "@/api/agents";
import { useChangeAgentMutation } from "@/api/hooks/useAgentHooks";
import { ProblemNote } from "@/components/ProblemNote";
import { Button } from "@/components/ui/Button";
import { Field } from "@/components/ui/Field";
import { TextArea } from "@/components/ui/TextArea";
import { asProblem, type Problem } from "@/lib/problem";
import { refusalOfAgent } from "@/lib/refusals";
import { agentsTexts } from "@/lib/texts/agents";
import { useToastStore } from "@/stores/useToastStore";
import { Checkbox } from "./Checkbox";
import { settleForm } from "./settleForm";

const schema = z.object({
  display_name: z.string().check(z.trim()),
  agent_name: z.string().check(z.regex(/^[a-z][a-z0-9_-]{0,62}$/, agentsTexts.nameWrong)),
  description: z.string().check(z.trim()),
  system_prompt: z.string(),
  model: z.string().check(z.trim()),
  is_active: z.boolean(),
});

type Values = z.infer<typeof schema>;

/** What the agent is called, told and runs on. */
export function AgentForm({ agent }: { agent: AgentDetail }) {
  const change = useChangeAgentMutation(agent.id);
  const navigate = useNavigate();
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm<Values>({
    resolver: standardSchemaResolver(schema),
    defaultValues: valuesOf(agent),
  });
  const { errors, isDirty } = form.formState;
  useEffect(() => {
    // What is being written is not lost when the agent is read anew.
    if (!form.formState.isDirty) form.reset(valuesOf(agent));
  }, [agent, form]);
  const submit = form.handleSubmit(async ({ model, ...values }) => {
    const sent = form.getValues();
    setProblem(null);
    const { model: _, ...settings } = agent.llm_config ?? {};
    try {
      await change.mutateAsync({
        ...values,
        display_name: values.display_name || null,
        description: values.description || null,
        llm_config: model ? { ...settings, model } : settings,
      });
    } catch (error) {
      const { field, message } = refusalOfAgent(asProblem(error));
      if (field === null) return setProblem(asProblem(error));
      return form.setError(field === "llm_config" ? "model" : field, { message }, { shouldFocus: true });
    }
    settleForm(form, sent, { ...values, model });
    useToastStore.getState().show({ text: agentsTexts.saved });
    if (values.agent_name !== agent.agent_name) navigate(`/agents/${values.agent_name}`, { replace: true });
  });
  return (
    <form onSubmit={submit} noValidate className="space-y-5">
      {problem && <ProblemNote problem={problem} />}
      <div className="grid gap-5 sm:grid-cols-2">
        <Field
          label={agentsTexts.displayName}
          hint={agentsTexts.displayNameHint}
          {...form.register("display_name")}
        />
        <Field
          label={agentsTexts.name}
          hint={agentsTexts.nameHint}
          problem={errors.agent_name?.message}
          autoCapitalize="none"
          {...form.register("agent_name")}
        />
      </div>
      <Field
        label={agentsTexts.description}
        hint={agentsTexts.descriptionHint}
        {...form.register("description")}
      />
      <TextArea
        label={agentsTexts.prompt}
        hint={agentsTexts.promptHint}
        className="min-h-48"
        {...form.register("system_prompt")}
      />
      <Field
        label={agentsTexts.model}
        hint={agentsTexts.modelHint}
        problem={errors.model?.message}
        autoCapitalize="none"
        spellCheck={false}
        {...form.register("model")}
      />
      <Checkbox label={agentsTexts.active} hint={agentsTexts.activeHint} {...form.register("is_active")} />
      <Button type="submit" shape="primary" disabled={!isDirty || change.isPending}>
        {agentsTexts.saveChanges}
      </Button>
    </form>
  );
}

function valuesOf(agent: AgentDetail): Values {
  const model = agent.llm_config?.["model"];
  return {
    display_name: agent.display_name ?? "",
    agent_name: agent.agent_name,
    description: agent.description ?? "",
    system_prompt: agent.system_prompt ?? "",
    model: typeof model === "string" ? model : "",
    is_active: agent.is_active,
  };
}
