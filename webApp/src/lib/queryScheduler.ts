// What the cache learns is shown before the next key or click is dealt with. By default it is told to the page in a timer,
// and the second of two quick keys would still meet what was there before the first.
import { notifyManager } from "@tanstack/react-query";

notifyManager.setScheduler(queueMicrotask);
