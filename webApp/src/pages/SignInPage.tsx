import { useEffect, useState } from "react";
import { useAuthSettings } from "@/api/hooks/useAuthSettings";
import { SignInForm } from "@/components/SignInForm";
import { SignInFrame } from "@/components/SignInFrame";
import { Button } from "@/components/ui/Button";
import { useServices } from "@/lib/services";
import { takeRedirectProblem } from "@/lib/signInRedirect";
import { signInSaying } from "@/lib/signInSaying";
import { signInTexts } from "@/lib/texts/signIn";

/** For whoever is not signed in, at any address: afterwards that address is where they are. */
export default function SignInPage() {
  const { config, supabase } = useServices();
  const settings = useAuthSettings();
  const [isSigningUp, setIsSigningUp] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let isShown = true;
    // Not before supabase-js has read the address too.
    void supabase.auth.initialize().then(() => {
      const told = isShown ? takeRedirectProblem() : null;
      if (told) setProblem(told);
    });
    return () => {
      isShown = false;
    };
  }, [supabase]);

  const attempt = async (
    request: () => Promise<{ error: { code?: string | undefined; message: string } | null }>,
  ) => {
    setIsBusy(true);
    setProblem(null);
    const { error } = await request();
    if (error) setProblem(signInSaying(error));
    setIsBusy(false);
    return error === null;
  };
  const { demo } = config;
  return (
    <SignInFrame
      title={isSigningUp ? signInTexts.signUpTitle : signInTexts.title}
      lead={isSigningUp ? signInTexts.signUpLead : signInTexts.lead}
    >
      {demo && !isSigningUp && (
        <>
          <Button
            shape="primary"
            className="h-11 w-full"
            disabled={isBusy}
            onClick={() => attempt(() => supabase.auth.signInWithPassword(demo))}
          >
            {signInTexts.demo}
          </Button>
          <Divider />
        </>
      )}
      <SignInForm
        key={String(isSigningUp)}
        isSigningUp={isSigningUp}
        isBusy={isBusy}
        isSecondary={demo !== null && !isSigningUp}
        sendsMail={settings.sendsMail && !isSigningUp}
        attempt={attempt}
      />
      {problem && (
        <p role="alert" className="mt-4 rounded-lg bg-danger-tint px-3 py-2 text-danger text-sm">
          {problem}
        </p>
      )}
      {settings.providers.length > 0 && <Divider />}
      <div className="space-y-2">
        {settings.providers.map(({ id, name }) => (
          <Button
            key={id}
            className="h-11 w-full"
            disabled={isBusy}
            onClick={() =>
              attempt(() =>
                supabase.auth.signInWithOAuth({
                  provider: id as "github",
                  options: { redirectTo: window.location.href },
                }),
              )
            }
          >
            {signInTexts.with(name)}
          </Button>
        ))}
      </div>
      {settings.canSignUp && (
        <p className="mt-6 text-center">
          <Button
            shape="quiet"
            onClick={() => {
              setIsSigningUp(!isSigningUp);
              setProblem(null);
            }}
          >
            {isSigningUp ? signInTexts.toSignIn : signInTexts.toSignUp}
          </Button>
        </p>
      )}
    </SignInFrame>
  );
}

function Divider() {
  return (
    <p className="my-5 flex items-center gap-3 text-faint text-xs before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      {signInTexts.or}
    </p>
  );
}
