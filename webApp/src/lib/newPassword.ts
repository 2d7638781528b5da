import * as z from "zod/mini";
import { signInTexts } from "./texts/signIn";

// An existing password is whatever it is.
const MIN_PASSWORD_CHARACTERS = 8;

export const newPassword = z.string().check(z.minLength(MIN_PASSWORD_CHARACTERS, signInTexts.passwordShort));
