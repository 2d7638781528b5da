// Editing something that others change too: three versions, field by field. What only one side changed is no conflict.

export interface EditableRow {
  id: string;
  /** The version: the database sets it with every change. Empty for what is not in the database yet. */
  updated_at: string;
}

export interface Editing<Row extends EditableRow, Values extends object> {
  /** The version that the edits are made to. */
  base: Row;
  values: Values;
  /** Fields that both sides changed, to different values; `base` has theirs, `values` has mine. */
  conflicts: readonly (keyof Values & string)[];
  /** Fields that somebody else changed while this was open, and that now show what they wrote. */
  changedMeanwhile: readonly (keyof Values & string)[];
}

type Field<Values> = keyof Values & string;

export function beginEditing<Row extends EditableRow, Values extends object>(
  row: Row,
  valuesOf: (row: Row) => Values,
): Editing<Row, Values> {
  return { base: row, values: valuesOf(row), conflicts: [], changedMeanwhile: [] };
}

/** The fields whose value is another one than the row's. */
export function dirtyFields<Row extends EditableRow, Values extends object>(
  editing: Pick<Editing<Row, Values>, "base" | "values">,
  valuesOf: (row: Row) => Values,
): Field<Values>[] {
  const stored = valuesOf(editing.base);
  return fieldsOf(stored).filter((field) => !isSame(stored[field], editing.values[field]));
}

/** Takes in a later version of the row. Versions are moments as the database writes them: as texts they are in order. */
export function mergeRow<Row extends EditableRow, Values extends object>(
  editing: Editing<Row, Values>,
  row: Row,
  valuesOf: (row: Row) => Values,
): Editing<Row, Values> {
  if (row.updated_at <= editing.base.updated_at) return editing;
  const [before, mine, theirs] = [valuesOf(editing.base), editing.values, valuesOf(row)];
  const fields = fieldsOf(before);
  const theirOwn = fields.filter((field) => !isSame(theirs[field], before[field]));
  const taken = theirOwn.filter((field) => isSame(mine[field], before[field]));
  const contested = theirOwn.filter((field) => !isSame(mine[field], before[field]));
  // What took the place of a blank is what was there before, and nobody's change.
  const changed = editing.base.updated_at === "" ? [] : taken;
  return {
    base: row,
    values: { ...mine, ...pick(theirs, taken) },
    conflicts: fields.filter(
      (field) =>
        (contested.includes(field) || editing.conflicts.includes(field)) &&
        !isSame(mine[field], theirs[field]),
    ),
    changedMeanwhile: fields.filter(
      (field) => changed.includes(field) || editing.changedMeanwhile.includes(field),
    ),
  };
}

/** Takes in what came back from saving `submitted`: what was typed since then stays. */
export function adoptSaved<Row extends EditableRow, Values extends object>(
  editing: Editing<Row, Values>,
  row: Row,
  submitted: Values,
  valuesOf: (row: Row) => Values,
): Editing<Row, Values> {
  const stored = valuesOf(row);
  const settled = fieldsOf(stored).filter((field) => isSame(editing.values[field], submitted[field]));
  return {
    base: row,
    values: { ...editing.values, ...pick(stored, settled) },
    conflicts: [],
    changedMeanwhile: [],
  };
}

/** Settles a conflict: mine stays, to be saved over theirs, or theirs replaces it. */
export function settleConflict<Row extends EditableRow, Values extends object>(
  editing: Editing<Row, Values>,
  field: Field<Values>,
  choice: "mine" | "theirs",
  valuesOf: (row: Row) => Values,
): Editing<Row, Values> {
  return {
    ...editing,
    values:
      choice === "mine" ? editing.values : { ...editing.values, ...pick(valuesOf(editing.base), [field]) },
    conflicts: editing.conflicts.filter((other) => other !== field),
  };
}

/** Values are texts, numbers, booleans, null, or lists of those. */
export function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function fieldsOf<Values extends object>(values: Values): Field<Values>[] {
  return Object.keys(values) as Field<Values>[];
}

export function pick<Values extends object>(
  values: Values,
  fields: readonly Field<Values>[],
): Partial<Values> {
  return Object.fromEntries(fields.map((field) => [field, values[field]])) as Partial<Values>;
}
