import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { useServices } from "@/lib/services";
import { texts } from "@/lib/texts";
import { Button } from "./ui/Button";
import { Field } from "./ui/Field";

// Of a new password. An existing one is whatever it is.
const MIN_PASSWORD_CHARACTERS = 8;

const email = z.email(texts.signIn.emailWrong);
const signInSchema = z.object({
  email,
  password: z.string().check(z.minLength(1, texts.signIn.passwordMissing)),
});
const signUpSchema = z.object({
  email,
  password: z.string().check(z.minLength(MIN_PASSWORD_CHARACTERS, texts.signIn.passwordShort)),
});

interface SignInFormProps {
  isSigningUp: boolean;
  isBusy: boolean;
  /** Something above it is the likelier choice. */
  isSecondary: boolean;
  hasMagicLink: boolean;
  /** Runs a request, shows what went wrong, and says whether nothing did. */
  attempt: (
    request: () => Promise<{ error: { code?: string | undefined; message: string } | null }>,
  ) => Promise<boolean>;
}

/** E-mail address and password, for an account that exists or a new one. */
export function SignInForm({ isSigningUp, isBusy, isSecondary, hasMagicLink, attempt }: SignInFormProps) {
  const { supabase } = useServices();
  const [notice, setNotice] = useState<string | null>(null);
  const form = useForm<{ email: string; password: string }>({
    resolver: standardSchemaResolver(isSigningUp ? signUpSchema : signInSchema),
    defaultValues: { email: "", password: "" },
  });
  const { errors } = form.formState;
  const emailRedirectTo = window.location.href;

  const submit = form.handleSubmit(async (credentials) => {
    if (!isSigningUp) {
      await attempt(() => supabase.auth.signInWithPassword(credentials));
      return;
    }
    let needsConfirmation = false;
    const isDone = await attempt(async () => {
      const answer = await supabase.auth.signUp({ ...credentials, options: { emailRedirectTo } });
      needsConfirmation = answer.data.session === null;
      return answer;
    });
    if (isDone && needsConfirmation) setNotice(texts.signIn.confirmSent);
  });
  const sendMagicLink = async () => {
    if (!(await form.trigger("email", { shouldFocus: true }))) return;
    const request = { email: form.getValues("email"), options: { emailRedirectTo } };
    if (await attempt(() => supabase.auth.signInWithOtp(request))) setNotice(texts.signIn.magicLinkSent);
  };
  return (
    <form onSubmit={submit} noValidate className="space-y-4">
      <Field
        label={texts.signIn.email}
        type="email"
        autoComplete="email"
        inputMode="email"
        problem={errors.email?.message}
        {...form.register("email")}
      />
      <Field
        label={texts.signIn.password}
        type="password"
        autoComplete={isSigningUp ? "new-password" : "current-password"}
        hint={isSigningUp ? texts.signIn.passwordHint : undefined}
        problem={errors.password?.message}
        {...form.register("password")}
      />
      <Button
        type="submit"
        shape={isSecondary ? "secondary" : "primary"}
        className="mt-2 h-11 w-full"
        disabled={isBusy}
      >
        {isSigningUp ? texts.signIn.signUp : texts.signIn.signIn}
      </Button>
      {hasMagicLink && (
        <Button className="h-11 w-full" disabled={isBusy} onClick={sendMagicLink}>
          {texts.signIn.magicLink}
        </Button>
      )}
      <p role="status" className={notice ? "rounded-lg bg-tint px-3 py-2 text-sm" : "sr-only"}>
        {notice}
      </p>
    </form>
  );
}
