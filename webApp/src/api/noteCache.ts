import type { Note } from "@/lib/notes";
import { rowCache } from "./rowCache";

export const noteCache = rowCache<Note, Note[]>("notes", (page) => page);
