import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { SignInFrame } from "@/components/SignInFrame";
import { Button } from "@/components/ui/Button";
import { Field } from "@/components/ui/Field";
import { newPassword } from "@/lib/newPassword";
import { useServices } from "@/lib/services";
import { signInSaying } from "@/lib/signInSaying";
import { signInTexts } from "@/lib/texts/signIn";
import { useAuthStore } from "@/stores/useAuthStore";
import { useToastStore } from "@/stores/useToastStore";

const schema = z.object({ password: newPassword });

/** For whoever came by the link of a forgotten password: it has signed them in, once. */
export default function NewPasswordPage() {
  const { supabase } = useServices();
  const email = useAuthStore(({ session }) => session?.user.email ?? "");
  const endRecovery = useAuthStore((store) => store.endRecovery);
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm<{ password: string }>({
    resolver: standardSchemaResolver(schema),
    defaultValues: { password: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const save = form.handleSubmit(async ({ password }) => {
    setProblem(null);
    const { error } = await supabase.auth.updateUser({ password });
    if (error) {
      setProblem(signInSaying(error));
      return;
    }
    useToastStore.getState().show({ text: signInTexts.newPasswordSaved });
    endRecovery();
  });
  return (
    <SignInFrame title={signInTexts.newPasswordTitle} lead={signInTexts.newPasswordLead(email)}>
      <form onSubmit={save} noValidate className="space-y-4">
        {/* For a password manager, which keeps the new one under it. */}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <Field
          label={signInTexts.newPassword}
          type="password"
          autoComplete="new-password"
          hint={signInTexts.passwordHint}
          problem={errors.password?.message}
          {...form.register("password")}
        />
        <Button type="submit" shape="primary" className="mt-2 h-11 w-full" disabled={isSubmitting}>
          {signInTexts.saveNewPassword}
        </Button>
        <Button shape="quiet" className="h-11 w-full" disabled={isSubmitting} onClick={endRecovery}>
          {signInTexts.keepPassword}
        </Button>
      </form>
      {problem && (
        <p role="alert" className="mt-4 rounded-lg bg-danger-tint px-3 py-2 text-danger text-sm">
          {problem}
        </p>
      )}
    </SignInFrame>
  );
}
