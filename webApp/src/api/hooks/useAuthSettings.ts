import { useQuery } from "@tanstack/react-query";
import * as z from "zod/mini";
import { queryKeys } from "@/api/queryKeys";
import { useServices } from "@/lib/services";

// Providers that the app has a name for. Supabase knows more; the rest are as good with their own id.
const NAMES: Record<string, string> = {
  github: "GitHub",
  gitlab: "GitLab",
  linkedin_oidc: "LinkedIn",
  azure: "Microsoft",
};

const settingsSchema = z.object({
  external: z.record(z.string(), z.boolean()),
  disable_signup: z.optional(z.boolean()),
  mailer_autoconfirm: z.optional(z.boolean()),
});

export interface AuthSettings {
  canSignUp: boolean;
  /** The project sends mail: a project that confirms addresses by itself need not be able to. */
  sendsMail: boolean;
  providers: { id: string; name: string }[];
}

const PASSWORD_ONLY: AuthSettings = { canSignUp: true, sendsMail: false, providers: [] };

/** The ways to sign in that the Supabase project has; passwords alone where it does not say. */
export function useAuthSettings(): AuthSettings {
  const { config } = useServices();
  const query = useQuery({
    queryKey: queryKeys.authSettings,
    queryFn: async () => {
      const url = new URL("/auth/v1/settings", config.supabase_url);
      const response = await fetch(url, { headers: { apikey: config.publishable_key } });
      return readSettings(await response.json());
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return query.data ?? PASSWORD_ONLY;
}

function readSettings(answer: unknown): AuthSettings {
  const parsed = settingsSchema.safeParse(answer);
  if (!parsed.success) return PASSWORD_ONLY;
  const { external, disable_signup, mailer_autoconfirm } = parsed.data;
  const others = ["email", "phone", "anonymous_users"];
  const enabled = Object.keys(external).filter((id) => external[id] && !others.includes(id));
  return {
    canSignUp: !disable_signup,
    sendsMail: external["email"] === true && mailer_autoconfirm === false,
    providers: enabled.map((id) => ({ id, name: NAMES[id] ?? id.charAt(0).toUpperCase() + id.slice(1) })),
  };
}
