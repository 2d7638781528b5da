import { useId, useState } from "react";
import { consentTexts } from "@/lib/texts/consent";
import { Button } from "./ui/Button";

interface RefusalFormProps {
  isBusy: boolean;
  onRefuse: (reason: string) => void;
  onBack: () => void;
}

/** Refusing, with or without a word about why. */
export function RefusalForm({ isBusy, onRefuse, onBack }: RefusalFormProps) {
  const id = useId();
  const [reason, setReason] = useState("");
  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        onRefuse(reason.trim());
      }}
    >
      <div className="space-y-1.5">
        <label htmlFor={id} className="block font-medium">
          {consentTexts.reason}
        </label>
        <input
          id={id}
          // biome-ignore lint/a11y/noAutofocus: it was just asked for
          autoFocus
          value={reason}
          maxLength={2000}
          onChange={(event) => setReason(event.target.value)}
          aria-describedby={`${id}-note`}
          className="h-10 w-full rounded-lg border border-edge bg-card px-3 text-base sm:text-sm"
        />
        <p id={`${id}-note`} className="text-faint text-xs">
          {consentTexts.reasonHint}
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" shape="primary" disabled={isBusy}>
          {isBusy ? consentTexts.deciding : consentTexts.reallyRefuse}
        </Button>
        <Button shape="quiet" onClick={onBack}>
          {consentTexts.back}
        </Button>
      </div>
    </form>
  );
}
