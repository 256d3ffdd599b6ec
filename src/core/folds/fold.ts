import type { EventOf, EventType, Position } from "../events.ts";
import type { Goal } from "../goal.ts";

/** What one event does to a goal. Pure; an event whose subject is gone changes nothing. */
export type Fold<T extends EventType> = (goal: Goal, event: Position & EventOf<T>) => Goal;

/** The folds of all events about some nouns: those named `noun.pastParticiple`. */
export type Folds<Noun extends string> = { readonly [T in Extract<EventType, `${Noun}.${string}`>]: Fold<T> };
