import { type FormEvent, useState } from "react";
import { apiJson } from "@/lib/api";
import { asProblem, type Problem } from "@/lib/problem";
import { useServices } from "@/lib/services";
import { texts } from "@/lib/texts";
import { settingsTexts } from "@/lib/texts/settings";
import { useAuthStore } from "@/stores/useAuthStore";
import { ProblemNote } from "../ProblemNote";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";

const say = settingsTexts.data;

/** Asks for the e-mail address, and for the password where the server wants a newer sign-in than there is. */
export default function DeleteAccountDialog({ onClose }: { onClose: () => void }) {
  const services = useServices();
  const email = useAuthStore((state) => state.session?.user.email) ?? "";
  const [typed, setTyped] = useState("");
  const [password, setPassword] = useState("");
  const [needsPassword, setNeedsPassword] = useState(false);
  const [note, setNote] = useState<{ typed?: string; password?: string }>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  const remove = async () => {
    const { auth } = services.supabase;
    if (needsPassword) {
      const { error } = await auth.signInWithPassword({ email, password });
      if (error) return setNote({ password: say.passwordWrong });
    }
    try {
      await apiJson(services, "/api/account", { method: "DELETE" });
    } catch (error) {
      const refusal = asProblem(error);
      if (refusal.code !== "sign_in_again") return setProblem(refusal);
      return setNeedsPassword(true);
    }
    // The server's side of the session is gone with the account.
    await auth.signOut({ scope: "local" });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setNote({});
    setProblem(null);
    if (typed.trim().toLowerCase() !== email.toLowerCase()) return setNote({ typed: say.confirmWrong });
    setIsBusy(true);
    void remove().finally(() => setIsBusy(false));
  };
  return (
    <Dialog title={say.deleteTitle} onClose={onClose}>
      <form onSubmit={submit} className="space-y-4">
        <p className="text-soft text-sm">{say.deleteLead}</p>
        <Field
          label={say.confirm(email)}
          autoComplete="off"
          autoCapitalize="none"
          value={typed}
          problem={note.typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        {needsPassword && (
          <Field
            label={say.password}
            hint={say.passwordLead}
            type="password"
            autoComplete="current-password"
            value={password}
            problem={note.password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
        {problem && <ProblemNote problem={problem} title={say.problem} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button type="submit" className="border-danger text-danger" disabled={isBusy}>
            {say.final}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
