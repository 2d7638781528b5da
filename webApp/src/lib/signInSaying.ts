import { texts } from "./texts";

// Supabase Auth's codes (https://supabase.com/docs/guides/auth/debugging/error-codes) that a person can act upon.
const SAYINGS: Record<string, string> = {
  invalid_credentials: texts.signIn.refused,
  user_already_exists: texts.signIn.exists,
  email_exists: texts.signIn.exists,
  email_address_invalid: texts.signIn.emailWrong,
  validation_failed: texts.signIn.emailWrong,
  otp_expired: texts.signIn.linkExpired,
};

/** What to tell somebody whose sign-in did not work. */
export function signInSaying(error: {
  code?: string | undefined;
  status?: number | undefined;
  message: string;
}): string {
  if (error.status === 0 || /fetch/i.test(error.message)) return texts.signIn.unreachable;
  return SAYINGS[error.code ?? ""] ?? texts.signIn.failed(error.message);
}
