interface FieldsProps {
  fields: [name: string, value: string][];
  /** Shown instead of no fields. */
  empty?: string;
}

/** Names and values, one a line. */
export function Fields({ fields, empty }: FieldsProps) {
  if (fields.length === 0) return <p className="text-faint">{empty}</p>;
  return (
    <dl className="grid grid-cols-[minmax(5rem,auto)_1fr] gap-x-4 gap-y-1">
      {fields.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="truncate text-soft">{name.replaceAll("_", " ")}</dt>
          <dd className="min-w-0 whitespace-pre-wrap break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
