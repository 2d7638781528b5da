import { texts } from "@/lib/texts";
import { BrandMark } from "./Brand";

interface ChatStartProps {
  agentName: string;
  agentTitle: string;
  description: string | null;
  onChoose: (text: string) => void;
}

/** A chat before its first message: what the agent is for, and things to say to it. */
export function ChatStart({ agentName, agentTitle, description, onChoose }: ChatStartProps) {
  const starters = texts.chat.starters[agentName] ?? texts.chat.anyStarters;
  return (
    <div className="flex flex-1 flex-col items-center justify-center py-10 text-center">
      <BrandMark className="mb-6 size-11" />
      <h2 className="text-balance font-semibold text-2xl tracking-tight">
        {texts.chat.greeting(agentTitle)}
      </h2>
      <p className="mt-3 max-w-md text-pretty text-soft">{description || texts.chat.greetingHint}</p>
      {description && (
        <p className="mt-1 max-w-md text-pretty text-faint text-sm">{texts.chat.greetingHint}</p>
      )}
      <ul className="mt-8 flex flex-wrap justify-center gap-2">
        {starters.map((starter) => (
          <li key={starter}>
            <button
              type="button"
              onClick={() => onChoose(starter)}
              className="min-h-10 rounded-full border border-line bg-card px-4 py-2 text-sm hover:border-accent hover:text-accent"
            >
              {starter}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
