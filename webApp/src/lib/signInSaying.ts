import { signInTexts } from "./texts/signIn";

// Supabase Auth's codes (https://supabase.com/docs/guides/auth/debugging/error-codes) that a person can act upon.
const SAYINGS: Record<string, string> = {
  invalid_credentials: signInTexts.refused,
  user_already_exists: signInTexts.exists,
  email_exists: signInTexts.exists,
  email_address_invalid: signInTexts.emailWrong,
  validation_failed: signInTexts.emailWrong,
  otp_expired: signInTexts.linkExpired,
  email_not_confirmed: signInTexts.unconfirmed,
  over_email_send_rate_limit: signInTexts.tooManyMails,
  same_password: signInTexts.samePassword,
  weak_password: signInTexts.weakPassword,
};

/** What to tell somebody whose sign-in did not work. */
export function signInSaying(error: {
  code?: string | undefined;
  status?: number | undefined;
  message: string;
}): string {
  if (error.status === 0 || /fetch/i.test(error.message)) return signInTexts.unreachable;
  return SAYINGS[error.code ?? ""] ?? signInTexts.failed(error.message);
}
