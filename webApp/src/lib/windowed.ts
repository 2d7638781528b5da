// Long lists of which only what is in sight is on the page: where each row is, and which ones are in sight. Lengths are
// of any one unit.

export interface LaidSection<Row> {
  key: string;
  top: number;
  height: number;
  /** `top` is from the top of the section. */
  rows: { row: Row; place: number; top: number; height: number }[];
}

export interface Laid<Row> {
  height: number;
  sections: LaidSection<Row>[];
}

/** One section below the other, each with a heading. */
export function layOut<Row>(
  sections: readonly { key: string; rows: readonly Row[] }[],
  heights: { heading: number; gap: number; of: (row: Row) => number },
): Laid<Row> {
  let top = 0;
  const laid = sections.map(({ key, rows }) => {
    let height = heights.heading;
    const placed = rows.map((row, place) => {
      const one = { row, place, top: height, height: heights.of(row) };
      height += one.height;
      return one;
    });
    const section = { key, top, height, rows: placed };
    top += height + heights.gap;
    return section;
  });
  return { height: top, sections: laid };
}

/** What is at least partly between `from` and `to`, and the rows that are kept in any case. */
export function inSight<Row>(
  { sections }: Laid<Row>,
  from: number,
  to: number,
  isKept: (row: Row) => boolean,
): LaidSection<Row>[] {
  return sections.flatMap((section) => {
    const isNear = section.top < to && section.top + section.height > from;
    const rows = section.rows.filter(({ row, top, height }) => {
      const start = section.top + top;
      return (isNear && start < to && start + height > from) || isKept(row);
    });
    return isNear || rows.length > 0 ? [{ ...section, rows }] : [];
  });
}
