// One row in a form: load, edit, validate, save, cancel - and what happens when somebody else changes it meanwhile.
import { type QueryClient, type QueryKey, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import * as z from "zod/mini";
import { createStore, type StoreApi, useStore } from "zustand";
import {
  adoptSaved,
  beginEditing,
  dirtyFields,
  type EditableRow,
  type Editing,
  mergeRow,
  pick,
  settleConflict,
} from "@/lib/editing";
import { asProblem, Problem } from "@/lib/problem";
import { editingTexts } from "@/lib/texts/editing";
import { useUnsavedStore } from "@/stores/useUnsavedStore";

export interface EditableEntityOptions<Row extends EditableRow, Values extends object> {
  /** Where the row is cached. Whatever else puts a newer version there is taken into the form. */
  queryKey: QueryKey;
  /** Null when there is no such row, or no longer. */
  load: () => Promise<Row | null>;
  /** Writes the changes if the database still has `base`; null when it has another version, or none. */
  save: (changes: Partial<Values>, base: Row) => Promise<Row | null>;
  /** What is edited of a row, as the form's fields have it. */
  valuesOf: (row: Row) => Values;
  schema: z.core.$ZodType<Values>;
  /** The field that a refusal of the database is about, and the words for it; null when it is about none. */
  refusalOf?: (problem: Problem) => { field: keyof Values & string; text: string } | null;
  /** A version that is known already, shown until it is read again. */
  known?: () => Row | undefined;
  /** What is edited when the row is not in the database yet; its `updated_at` is empty. */
  blank?: Row | undefined;
  /** Where edits are kept over a reload: see unsavedKey(). Without it they last as long as the page. */
  unsavedKey?: string;
}

export interface EntityConflict<Values extends object> {
  field: keyof Values & string;
  mine: unknown;
  theirs: unknown;
}

export interface EditableForm<Row extends EditableRow, Values extends object> {
  /** The stored version that the edits are made to. */
  row: Row;
  values: Values;
  isNew: boolean;
  isDirty: boolean;
  isSaving: boolean;
  /** By field: what is wrong with its value. */
  problems: Partial<Record<keyof Values & string, string>>;
  /** Why it was not saved, if that is about no field. */
  problem: Problem | null;
  /** Fields that both sides changed. Nothing is saved until each is settled. */
  conflicts: readonly EntityConflict<Values>[];
  /** Fields that somebody else changed while this was open; they show what was written. */
  changedMeanwhile: readonly (keyof Values & string)[];
  set: <Field extends keyof Values & string>(field: Field, value: Values[Field]) => void;
  /** Whether everything is stored now. */
  save: () => Promise<boolean>;
  /** Back to what is stored. */
  cancel: () => void;
  settle: (field: keyof Values & string, choice: "mine" | "theirs") => void;
}

export interface EditableEntity<Row extends EditableRow, Values extends object> {
  /** `gone`: it was there, or never was; a form with what was typed may still be there. */
  status: "loading" | "failed" | "gone" | "ready";
  loadProblem: Error | null;
  reload: () => void;
  form: EditableForm<Row, Values> | null;
}

interface State<Row extends EditableRow, Values extends object> {
  editing: Editing<Row, Values> | null;
  isSaving: boolean;
  problems: Partial<Record<keyof Values & string, string>>;
  problem: Problem | null;
}

/** One entity for as long as the component is mounted: give the component its id as key. */
export function useEditableEntity<Row extends EditableRow, Values extends object>(
  options: EditableEntityOptions<Row, Values>,
): EditableEntity<Row, Values> {
  const queryClient = useQueryClient();
  const latest = useRef(options);
  latest.current = options;
  const query = useQuery({
    queryKey: options.queryKey,
    queryFn: options.load,
    initialData: options.known,
    initialDataUpdatedAt: 0,
  });
  const [editor] = useState(() => new Editor(() => latest.current, queryClient));
  const state = useStore(editor.store);
  useEffect(() => {
    // What arrives while this is being saved may be just that.
    if (query.data && !state.isSaving) editor.take(query.data);
  }, [editor, query.data, state.isSaving]);

  const { editing } = state;
  const isNew = editing?.base.updated_at === "";
  let status: EditableEntity<Row, Values>["status"] = "ready";
  if (query.data === null && !isNew) status = "gone";
  else if (!editing) status = query.isError ? "failed" : "loading";
  return {
    status,
    loadProblem: query.error,
    reload: () => void query.refetch(),
    form: editing && {
      row: editing.base,
      values: editing.values,
      isNew,
      isDirty: dirtyFields(editing, options.valuesOf).length > 0,
      isSaving: state.isSaving,
      problems: state.problems,
      problem: state.problem,
      conflicts: editing.conflicts.map((field) => ({
        field,
        mine: editing.values[field],
        theirs: options.valuesOf(editing.base)[field],
      })),
      changedMeanwhile: editing.changedMeanwhile,
      ...editor.actions,
    },
  };
}

/** What is edited, apart from React: a save that is under way when the page is left still ends well. */
class Editor<Row extends EditableRow, Values extends object> {
  readonly store: StoreApi<State<Row, Values>>;
  readonly actions: Pick<EditableForm<Row, Values>, "set" | "save" | "cancel" | "settle">;

  constructor(
    private readonly options: () => EditableEntityOptions<Row, Values>,
    private readonly queryClient: QueryClient,
  ) {
    this.store = createStore<State<Row, Values>>()(() => ({
      editing: this.begin(),
      isSaving: false,
      problems: {},
      problem: null,
    }));
    this.store.subscribe(({ editing }) => this.keep(editing));
    this.actions = {
      set: (field, value) => this.set(field, value),
      save: () => this.save(),
      cancel: () => this.cancel(),
      settle: (field, choice) => this.settle(field, choice),
    };
  }

  take(row: Row): void {
    const { editing } = this.store.getState();
    const { valuesOf } = this.options();
    this.store.setState({
      editing: editing ? mergeRow(editing, row, valuesOf) : beginEditing(row, valuesOf),
    });
  }

  private begin(): Editing<Row, Values> | null {
    const { unsavedKey, known, blank, valuesOf } = this.options();
    const unsaved = unsavedKey ? useUnsavedStore.getState().edits[unsavedKey] : undefined;
    if (unsaved) {
      const { base, values } = unsaved as { base: Row; values: Values };
      return { ...beginEditing(base, valuesOf), values };
    }
    const row = known?.() ?? blank;
    return row ? beginEditing(row, valuesOf) : null;
  }

  private keep(editing: Editing<Row, Values> | null): void {
    const { unsavedKey, valuesOf } = this.options();
    if (!unsavedKey || !editing) return;
    const { keep, drop } = useUnsavedStore.getState();
    const { base, values } = editing;
    if (dirtyFields(editing, valuesOf).length > 0) keep(unsavedKey, { base, values });
    else drop(unsavedKey);
  }

  private set<Field extends keyof Values & string>(field: Field, value: Values[Field]): void {
    const { editing, problems } = this.store.getState();
    if (!editing) return;
    const { [field]: _solved, ...others } = problems;
    this.store.setState({
      editing: {
        ...editing,
        values: { ...editing.values, [field]: value },
        changedMeanwhile: editing.changedMeanwhile.filter((other) => other !== field),
      },
      problems: others as State<Row, Values>["problems"],
    });
  }

  private cancel(): void {
    const { editing } = this.store.getState();
    if (!editing) return;
    this.store.setState({
      editing: beginEditing(editing.base, this.options().valuesOf),
      problems: {},
      problem: null,
    });
  }

  private settle(field: keyof Values & string, choice: "mine" | "theirs"): void {
    const { editing } = this.store.getState();
    if (editing)
      this.store.setState({ editing: settleConflict(editing, field, choice, this.options().valuesOf) });
  }

  private async save(): Promise<boolean> {
    if (this.store.getState().isSaving) return false;
    this.store.setState({ isSaving: true, problem: null });
    try {
      return await this.write();
    } catch (error) {
      this.refuse(asProblem(error));
      return false;
    } finally {
      this.store.setState({ isSaving: false });
    }
  }

  /** Again for each version that somebody else has written first, as long as the two do not contradict each other. */
  private async write(): Promise<boolean> {
    const { load, save, valuesOf } = this.options();
    for (;;) {
      const { editing } = this.store.getState();
      if (!editing || editing.conflicts.length > 0) return false;
      const valid = this.validate(editing.values);
      if (!valid) return false;
      const isNew = editing.base.updated_at === "";
      const fields = dirtyFields({ base: editing.base, values: valid }, valuesOf);
      if (fields.length === 0 && !isNew) {
        this.adopt(editing.base, editing.values);
        return true;
      }
      const saved = await save(isNew ? valid : pick(valid, fields), editing.base);
      if (saved) {
        this.adopt(saved, editing.values);
        return true;
      }
      const current = await load();
      this.queryClient.setQueryData(this.options().queryKey, current);
      if (!current) return false;
      // There, and unchanged, yet not written: it may be seen but not changed.
      if (current.updated_at === editing.base.updated_at) throw forbidden();
      this.take(current);
    }
  }

  private validate(values: Values): Values | null {
    const parsed = z.safeParse(this.options().schema, values);
    const problems: Record<string, string> = {};
    for (const { path, message } of parsed.error?.issues ?? []) problems[String(path[0])] ??= message;
    this.store.setState({ problems: problems as State<Row, Values>["problems"] });
    return parsed.data ?? null;
  }

  private adopt(row: Row, submitted: Values): void {
    const { queryKey, valuesOf } = this.options();
    this.store.setState(({ editing }) => ({
      editing: editing && adoptSaved(editing, row, submitted, valuesOf),
    }));
    // What was asked before this was stored knows less: of a new row even that there is none.
    void this.queryClient.cancelQueries({ queryKey });
    this.queryClient.setQueryData(queryKey, row);
  }

  private refuse(problem: Problem): void {
    const refusal = this.options().refusalOf?.(problem);
    if (refusal)
      this.store.setState({ problems: { [refusal.field]: refusal.text } as State<Row, Values>["problems"] });
    else this.store.setState({ problem });
  }
}

function forbidden(): Problem {
  return new Problem({ code: "not_changed", ...editingTexts.notChanged });
}
