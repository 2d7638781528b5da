import { describe, expect, test } from "vitest";
import { type Placed, positionsAfterMove } from "./taskOrder";

function placed(...positions: number[]): Placed[] {
  return positions.map((position, index) => ({ id: "abcdefgh"[index] ?? "", position }));
}

/** The ids in the order that the database would give, ties by the order before. */
function orderAfter(tasks: Placed[], written: Placed[]): string {
  const changed = new Map(written.map((task) => [task.id, task.position]));
  return tasks
    .map(({ id, position }) => ({ id, position: changed.get(id) ?? position }))
    .toSorted((one, other) => one.position - other.position)
    .map(({ id }) => id)
    .join("");
}

function move(tasks: Placed[], from: number, to: number, hasMore = false) {
  const written = positionsAfterMove(tasks, from, to, hasMore);
  return { written, order: orderAfter(tasks, written) };
}

describe("moving a task", () => {
  test("writes one number when there is room", () => {
    const { written, order } = move(placed(0, 1024, 2048, 3072), 3, 1);
    expect(written).toEqual([{ id: "d", position: 512 }]);
    expect(order).toBe("adbc");
  });

  test("puts it before all others with one number", () => {
    expect(move(placed(5, 6, 7), 2, 0)).toEqual({ written: [{ id: "c", position: 5 - 1024 }], order: "cab" });
  });

  test("puts it behind all others with one number", () => {
    expect(move(placed(0, 0, 0), 0, 2)).toEqual({ written: [{ id: "a", position: 1024 }], order: "bca" });
  });

  test("among tasks that were never moved writes those in front of it, and none behind it", () => {
    const { written, order } = move(placed(0, 0, 0, 0, 0), 4, 2);
    expect(order).toBe("abecd");
    expect(written.map(({ id }) => id).toSorted()).toEqual(["a", "b", "e"]);
  });

  test("keeps in front of tasks that are not loaded, which may stand where the last one does", () => {
    const { written, order } = move(placed(0, 0, 0), 0, 2, true);
    expect(order).toBe("bca");
    expect(written.every(({ position }) => position < 0)).toBe(true);
  });

  test("makes room where there is none, and stops as soon as there is", () => {
    const { written, order } = move(placed(-9999, 3, 4, 5), 3, 2);
    expect(order).toBe("abdc");
    expect(written.map(({ id }) => id)).toEqual(["d", "b"]);
  });

  test("to where it stands, or to where there is nothing, writes nothing", () => {
    expect(positionsAfterMove(placed(1, 2), 1, 1)).toEqual([]);
    expect(positionsAfterMove(placed(1, 2), 1, 2)).toEqual([]);
    expect(positionsAfterMove(placed(1, 2), 0, -1)).toEqual([]);
  });

  test("gives the order that was asked for, whatever the numbers were", () => {
    for (const positions of [
      [0, 0, 0, 0, 0, 0],
      [0, 0, 1, 1, 2, 2],
      [-5, -4, 0, 0, 0, 9],
      [1, 2, 3, 4, 5, 6],
    ]) {
      for (let from = 0; from < 6; from++) {
        for (let to = 0; to < 6; to++) {
          const ids = [..."abcdef"];
          const expected = ids.toSpliced(from, 1).toSpliced(to, 0, ids[from] ?? "");
          expect(move(placed(...positions), from, to).order).toBe(expected.join(""));
        }
      }
    }
  });
});
