import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { newPassword } from "@/lib/newPassword";
import { useServices } from "@/lib/services";
import { signInTexts } from "@/lib/texts/signIn";
import { Button } from "./ui/Button";
import { Field } from "./ui/Field";

const email = z.email(signInTexts.emailWrong);
const signInSchema = z.object({
  email,
  password: z.string().check(z.minLength(1, signInTexts.passwordMissing)),
});
const signUpSchema = z.object({ email, password: newPassword });

interface SignInFormProps {
  isSigningUp: boolean;
  isBusy: boolean;
  /** Something above it is the likelier choice. */
  isSecondary: boolean;
  /** Links can be sent: to sign in, and to choose a new password. */
  sendsMail: boolean;
  /** Runs a request, shows what went wrong, and says whether nothing did. */
  attempt: (request: Request) => Promise<boolean>;
}

type Request = () => Promise<{ error: { code?: string | undefined; message: string } | null }>;

/** E-mail address and password, for an account that exists or a new one. */
export function SignInForm({ isSigningUp, isBusy, isSecondary, sendsMail, attempt }: SignInFormProps) {
  const { supabase } = useServices();
  const [notice, setNotice] = useState<string | null>(null);
  const form = useForm<{ email: string; password: string }>({
    resolver: standardSchemaResolver(isSigningUp ? signUpSchema : signInSchema),
    defaultValues: { email: "", password: "" },
  });
  const { errors } = form.formState;
  const redirectTo = window.location.href;
  const options = { emailRedirectTo: redirectTo };

  const submit = form.handleSubmit(async (credentials) => {
    setNotice(null);
    if (!isSigningUp) {
      await attempt(() => supabase.auth.signInWithPassword(credentials));
      return;
    }
    let needsConfirmation = false;
    const isDone = await attempt(async () => {
      const answer = await supabase.auth.signUp({ ...credentials, options });
      needsConfirmation = answer.data.session === null;
      return answer;
    });
    if (isDone && needsConfirmation) setNotice(signInTexts.confirmSent);
  });
  const sendLink = async (send: (email: string) => ReturnType<Request>, sent: string) => {
    setNotice(null);
    if (!(await form.trigger("email", { shouldFocus: true }))) return;
    if (await attempt(() => send(form.getValues("email")))) setNotice(sent);
  };
  const sendMagicLink = () =>
    sendLink((email) => supabase.auth.signInWithOtp({ email, options }), signInTexts.magicLinkSent);
  const sendReset = () =>
    sendLink((email) => supabase.auth.resetPasswordForEmail(email, { redirectTo }), signInTexts.resetSent);
  return (
    <form onSubmit={submit} noValidate className="space-y-4">
      <Field
        label={signInTexts.email}
        type="email"
        autoComplete="email"
        inputMode="email"
        problem={errors.email?.message}
        {...form.register("email")}
      />
      <Field
        label={signInTexts.password}
        type="password"
        autoComplete={isSigningUp ? "new-password" : "current-password"}
        hint={isSigningUp ? signInTexts.passwordHint : undefined}
        problem={errors.password?.message}
        {...form.register("password")}
      />
      {sendsMail && (
        <Button shape="link" className="-mt-2 -ml-2 h-8 px-2" disabled={isBusy} onClick={sendReset}>
          {signInTexts.forgotten}
        </Button>
      )}
      <Button
        type="submit"
        shape={isSecondary ? "secondary" : "primary"}
        className="mt-2 h-11 w-full border-edge"
        disabled={isBusy}
      >
        {isSigningUp ? signInTexts.signUp : signInTexts.signIn}
      </Button>
      {sendsMail && (
        <Button className="h-11 w-full" disabled={isBusy} onClick={sendMagicLink}>
          {signInTexts.magicLink}
        </Button>
      )}
      <p role="status" className={notice ? "rounded-lg bg-tint px-3 py-2 text-sm" : "sr-only"}>
        {notice}
      </p>
    </form>
  );
}
