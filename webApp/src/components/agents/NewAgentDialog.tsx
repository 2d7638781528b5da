import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useNavigate } from "react-router";
import * as z from "zod/mini";
import { useCreateAgentMutation } from "@/api/hooks/useAgentHooks";
import { ProblemNote } from "@/components/ProblemNote";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Field } from "@/components/ui/Field";
import { asProblem, type Problem } from "@/lib/problem";
import { refusalOfAgent } from "@/lib/refusals";
import { texts } from "@/lib/texts";
import { agentsTexts } from "@/lib/texts/agents";

const schema = z.object({
  display_name: z.string().check(z.trim(), z.minLength(1, agentsTexts.displayNameMissing)),
  agent_name: z.string().check(z.regex(/^[a-z][a-z0-9_-]{0,62}$/, agentsTexts.nameWrong)),
  description: z.string().check(z.trim()),
});

/** A new agent of the user's own; its page, where the rest is said, opens when it is there. */
export function NewAgentDialog({ onClose }: { onClose: () => void }) {
  const create = useCreateAgentMutation();
  const navigate = useNavigate();
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm<z.infer<typeof schema>>({
    resolver: standardSchemaResolver(schema),
    defaultValues: { display_name: "", agent_name: "", description: "" },
  });
  const { errors, dirtyFields } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    setProblem(null);
    try {
      await create.mutateAsync({ ...values, system_prompt: "", llm_config: {}, is_active: true });
    } catch (error) {
      const refusal = refusalOfAgent(asProblem(error));
      if (refusal.field !== "agent_name") return setProblem(asProblem(error));
      return form.setError("agent_name", { message: refusal.message }, { shouldFocus: true });
    }
    return navigate(`/agents/${values.agent_name}`);
  });
  const title = form.register("display_name", {
    // Until somebody writes another one.
    onChange: (event: { target: { value: string } }) => {
      if (!dirtyFields.agent_name) form.setValue("agent_name", slug(event.target.value));
    },
  });
  return (
    <Dialog title={agentsTexts.newTitle} onClose={onClose}>
      <form onSubmit={submit} noValidate className="space-y-4">
        {problem && <ProblemNote problem={problem} />}
        <Field
          label={agentsTexts.displayName}
          hint={agentsTexts.displayNameHint}
          autoComplete="off"
          problem={errors.display_name?.message}
          {...title}
        />
        <Field
          label={agentsTexts.name}
          hint={agentsTexts.nameHint}
          autoComplete="off"
          autoCapitalize="none"
          problem={errors.agent_name?.message}
          {...form.register("agent_name")}
        />
        <Field
          label={agentsTexts.description}
          hint={agentsTexts.descriptionHint}
          autoComplete="off"
          {...form.register("description")}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button type="submit" shape="primary" disabled={create.isPending}>
            {agentsTexts.create}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function slug(title: string): string {
  const plain = title
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
  return plain
    .replace(/^[^a-z]+/, "")
    .slice(0, 63)
    .replace(/-+$/, "");
}
