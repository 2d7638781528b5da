// Where a task stands is a whole number. Moving one writes as few of them as possible.
import type { Task } from "./tasks";

export type Placed = Pick<Task, "id" | "position">;

// Room between two tasks, so that most moves write one number. Two million moves to one end fit into an integer.
const STEP = 1024;

/**
 * The positions to write so that the task at `from` stands at `to`. Tasks that were never moved all stand at 0: those
 * in front of the new place are then put before 0, since what follows it may not be loaded. `hasMore`: there are
 * tasks behind the last of these.
 */
export function positionsAfterMove(
  tasks: readonly Placed[],
  from: number,
  to: number,
  hasMore = false,
): Placed[] {
  const moved = tasks[from];
  if (!moved || from === to || to < 0 || to >= tasks.length) return [];
  const after = tasks.toSpliced(from, 1).toSpliced(to, 0, moved);
  const [before, behind] = [after[to - 1], after[to + 1]];
  // What is not loaded stands at the last one's number, or above it.
  let limit = behind?.position ?? (hasMore ? before?.position : undefined);
  if (limit === undefined) return [{ id: moved.id, position: (before?.position ?? 0) + STEP }];
  const written: Placed[] = [];
  for (let at = to; at >= 0; at--) {
    const task = after[at];
    if (!task || (at < to && task.position < limit)) break;
    limit = numberBetween(after[at - 1]?.position, limit);
    written.push({ id: task.id, position: limit });
  }
  return written;
}

/** Between the two if there is room, else far enough below the upper one. */
function numberBetween(lower: number | undefined, upper: number): number {
  return lower !== undefined && upper - lower > 1 && lower < upper
    ? Math.floor((lower + upper) / 2)
    : upper - STEP;
}
