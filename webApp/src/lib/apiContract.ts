// What of a schema the server's document does not know: types alone, which are in no bundle.
import type { Json } from "./api.gen";

/**
 * The names in `Input`, on whatever level, that `Answer` does not have. Those that may be missing are why there is
 * this: renamed by the server, they would be assignable still, and never come again. Where any JSON is taken, nothing is
 * said of names.
 */
export type Strangers<Input, Answer> = [Json] extends [Input]
  ? never
  : Input extends readonly (infer Item)[]
    ? Answer extends readonly (infer Other)[]
      ? Strangers<Item, NonNullable<Other>>
      : never
    : Input extends object
      ? {
          [Name in keyof Input]-?: Name extends keyof Answer
            ? Strangers<Input[Name], NonNullable<Answer[Name]>>
            : Name;
        }[keyof Input]
      : never;

/** Anything, unless there are such names: then they are what the compiler complains of. */
export type Known<Input, Answer> = [Strangers<Input, Answer>] extends [never]
  ? unknown
  : { "not in the server's document": Strangers<Input, Answer> };
