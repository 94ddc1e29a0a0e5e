/** Who works when, who is away, and when each phone was last heard of: what the feed does not carry, fetched for a day
 * and looked at anew from time to time. */
import { useComputed, useSignal, type ReadonlySignal, type Signal } from "@preact/signals";
import { useCallback, useEffect, useRef } from "preact/hooks";
import { answer } from "../../shared/api/client";
import { paging } from "../../shared/api/pages";
import type { Absence, AwaitedPhotos, Device, Technician } from "../../shared/api/types";
import { listed, type Board } from "../board";
import { dayAfter, type Span } from "./hours";
import type { Contact, Interval, Person } from "./rows";

const LOOK_AGAIN_MS = 60_000;

export interface People {
  /** By name; empty until they are known. */
  readonly people: ReadonlySignal<readonly Person[]>;
  /** False until the shifts of the day in view have come. */
  readonly ready: ReadonlySignal<boolean>;
  readonly again: () => void;
}

interface Duty {
  readonly day: string;
  readonly technicians: readonly Technician[];
  readonly absences: readonly Absence[];
}

export function usePeople(board: Board, span: ReadonlySignal<Span>): People {
  const duty = useSignal<Duty | null>(null);
  const contacts = useSignal<ReadonlyMap<string, Contact>>(new Map());
  const asked = useRef(0);
  const { day } = span.value;

  const look = useCallback(() => {
    const turn = ++asked.current;
    const shown = span.peek();
    void fetchDuty(board, shown).then((found) => {
      if (turn === asked.current) keep(duty, found);
    });
    void fetchContacts(board).then((found) => {
      if (turn === asked.current) contacts.value = found;
    });
  }, [board, span, duty, contacts]);

  useEffect(() => {
    look();
    const timer = setInterval(look, LOOK_AGAIN_MS);
    return () => {
      clearInterval(timer);
      asked.current += 1;
    };
  }, [look, day]);

  const kept = useRef(new Map<string, Person>());
  const people = useComputed(() => {
    const known = duty.value;
    if (known === null) return [];
    const technicians = asTheyAre(known.technicians, board.technicians.value);
    const found = peopleOf(technicians, known.absences, contacts.value).map((person) =>
      sameAs(kept.current.get(person.technician.id), person),
    );
    kept.current = new Map(found.map((person) => [person.technician.id, person]));
    return found;
  });
  const ready = useComputed(() => duty.value?.day === span.value.day);
  return { people, ready, again: look };
}

/** What has not changed keeps its identity, so that nothing is drawn anew for it. */
function sameAs(before: Person | undefined, person: Person): Person {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(person) ? before : person;
}

function keep(duty: Signal<Duty | null>, found: Duty): void {
  if (JSON.stringify(duty.peek()) !== JSON.stringify(found)) duty.value = found;
}

/** Shifts of the day and of the morning after; both as the server tells them, by the day of each outlet. */
async function fetchDuty(board: Board, span: Span): Promise<Duty> {
  const of = (day: string): Promise<readonly Technician[]> =>
    listed((cursor) => answer(board.api.GET("/technicians", { params: { query: { ...paging(cursor), day } } })));
  const away = answer(
    board.api.GET("/absences", {
      params: { query: { from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString() } },
    }),
  );
  const [today, after, absences] = await Promise.all([of(span.day), of(dayAfter(span.day, 1)), away]);
  return { day: span.day, technicians: merged(today, after), absences: absences.ok ? absences.data : [] };
}

function merged(today: readonly Technician[], after: readonly Technician[]): readonly Technician[] {
  const later = new Map(after.map((each) => [each.id, each.shifts]));
  return today.map((each) => {
    const known = new Set(each.shifts.map((shift) => shift.id));
    const more = (later.get(each.id) ?? []).filter((shift) => !known.has(shift.id));
    return more.length === 0 ? each : { ...each, shifts: [...each.shifts, ...more] };
  });
}

async function fetchContacts(board: Board): Promise<ReadonlyMap<string, Contact>> {
  const [devices, awaited] = await Promise.all([
    listed<Device>((cursor) => answer(board.api.GET("/devices", { params: { query: paging(cursor) } }))),
    listed<AwaitedPhotos>((cursor) =>
      answer(board.api.GET("/evidence/awaited", { params: { query: paging(cursor) } })),
    ),
  ]);
  return contactsOf(devices, awaited);
}

/** Technician → what is known of their phones. Revoked ones no longer count. */
export function contactsOf(
  devices: readonly Device[],
  awaited: readonly AwaitedPhotos[],
): ReadonlyMap<string, Contact> {
  const found = new Map<string, Contact>();
  for (const device of devices) {
    if (device.technician_id === null || device.revoked_at !== null) continue;
    const last = device.last_seen_at === null ? null : Date.parse(device.last_seen_at);
    const before = found.get(device.technician_id)?.last ?? null;
    const latest = before === null ? last : last === null ? before : Math.max(before, last);
    found.set(device.technician_id, { last: latest, awaited: 0 });
  }
  for (const { technician_id, photos, received } of awaited) {
    const contact = technician_id === null ? undefined : found.get(technician_id);
    if (contact === undefined || technician_id === null) continue;
    found.set(technician_id, { ...contact, awaited: contact.awaited + photos - received });
  }
  return found;
}

/** With their shifts, and the names and skills that managers gave them since these were fetched. */
export function asTheyAre(
  fetched: readonly Technician[],
  known: ReadonlyMap<string, Technician>,
): readonly Technician[] {
  return fetched.map((one) => {
    const newer = known.get(one.id);
    return newer === undefined || newer.version <= one.version ? one : { ...newer, shifts: one.shifts };
  });
}

export function peopleOf(
  technicians: readonly Technician[],
  absences: readonly Absence[],
  contacts: ReadonlyMap<string, Contact>,
): readonly Person[] {
  return technicians.map((technician) => ({
    technician,
    shifts: technician.shifts.map(interval).sort((a, b) => a.start - b.start),
    absences: absences
      .filter((absence) => absence.technician_id === technician.id)
      .map((absence) => ({ ...interval(absence), reason: absence.reason })),
    contact: contacts.get(technician.id) ?? null,
  }));
}

function interval({ starts_at, ends_at }: { readonly starts_at: string; readonly ends_at: string }): Interval {
  return { start: Date.parse(starts_at), end: Date.parse(ends_at) };
}
