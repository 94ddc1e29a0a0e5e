/** A phone for the tests: a replica over a database, with a line that can fail and a power button. */
import type { JsonObject } from "../json";
import type { RecordKey } from "../operation";
import { Replica } from "../replica";
import type { Store, StoreParts } from "../store";
import { turnsHere } from "../turns";
import { NOON, openStore, profile } from "./builders";
import { keyOf } from "./decide";
import type { Line, Office } from "./office";
import { Line as ToTheOffice } from "./office";
import { RULES } from "./rules";

export const JOB: RecordKey = { type: "job", id: "j1" };
let made = 0;

export interface PhoneParts extends StoreParts {
  readonly factory?: IDBFactory;
  readonly technician?: string;
  readonly pageLimit?: number;
}

/** `replica` is what the app would use; the rest is for looking inside. */
export class Phone {
  private constructor(
    readonly factory: IDBFactory,
    readonly line: Line,
    readonly store: Store,
    readonly replica: Replica,
    readonly parts: PhoneParts,
  ) {}

  /** A device of `technician` t1 unless told otherwise. Without `deviceId`: the one the profile has. */
  static async on(line: Line, parts: PhoneParts = {}): Promise<Phone> {
    const factory = parts.factory ?? profile();
    const store = await openStore(factory, parts.deviceId, parts);
    const replica = new Replica({
      store,
      transport: line,
      rules: RULES,
      clock: () => ({ wall_ms: line.office.now, monotonic_ms: line.office.now - NOON, boot_id: "boot" }),
      newId: () => `op-${++made}`,
      actor: { kind: "field", user_id: "somebody", technician_id: parts.technician ?? "t1" },
      pageLimit: parts.pageLimit ?? 500,
      turns: turnsHere(),
    });
    return new Phone(factory, line, store, replica, parts);
  }

  /** The app dies and is opened again. */
  async restart(): Promise<Phone> {
    this.close();
    return await this.tab();
  }

  /** Another tab over the same database. */
  tab(line = this.line): Promise<Phone> {
    const parts: { -readonly [Name in keyof PhoneParts]: PhoneParts[Name] } = { ...this.parts, factory: this.factory };
    delete parts.deviceId; // the profile's, which may be another by now
    return Phone.on(line, parts);
  }

  close(): void {
    this.replica.close();
  }

  note(id: string, key = JOB): Promise<string> {
    return this.replica.enqueue("job.note", key, { id });
  }

  use(quantity: number, key = JOB): Promise<string> {
    return this.replica.enqueue("job.use", key, { brush: quantity });
  }

  patch(fields: JsonObject, key = JOB): Promise<string> {
    return this.replica.enqueue("job.patch", key, fields);
  }

  async notes(key = JOB): Promise<string[]> {
    const view = await this.replica.view(key);
    return ((view?.fields["notes"] ?? []) as { id: string }[]).map(({ id }) => id);
  }

  async brushes(key = JOB): Promise<number | null> {
    const view = await this.replica.view(key);
    return (view && ((view.fields["parts"] ?? {}) as { brush?: number }).brush) ?? 0;
  }

  /** What the server last said, without the copies that wait to leave: key → [version, body]. */
  async base(): Promise<Record<string, unknown>> {
    const rows = await this.store.reading((tables) => tables.base.where("leaving").equals(0).toArray());
    return Object.fromEntries(rows.map((row) => [keyOf(row), [row.version, row.body]]));
  }

  async keptCopies(): Promise<string[]> {
    return (await this.store.reading((tables) => tables.base.where("leaving").equals(1).toArray())).map(keyOf);
  }

  /** Every row of every table, to see whether anything has changed. */
  async everything(): Promise<unknown> {
    return await this.store.reading(async (tables) => {
      const found: Record<string, unknown> = {};
      for (const [name, table] of Object.entries(tables))
        found[name] = await (table as { toArray(): Promise<unknown> }).toArray();
      return found;
    });
  }

  /** A copy of this phone with a copy of the office: what would become of them, without doing it. */
  async twin(office: Office): Promise<Phone> {
    const twin = await Phone.on(new ToTheOffice(office), {
      ...this.parts,
      deviceId: await this.store.deviceId(),
      factory: profile(),
    });
    const rows = (await this.everything()) as Record<string, never[]>;
    await twin.store.writing(async (tables) => {
      for (const [name, table] of Object.entries(tables) as [
        string,
        { clear(): Promise<void>; bulkPut(rows: never[]): Promise<unknown> },
      ][]) {
        await table.clear();
        await table.bulkPut(rows[name] ?? []);
      }
    });
    return twin;
  }
}

/** What a new replica of the same device would hold. */
export async function freshPull(office: Office, deviceId: string): Promise<Record<string, unknown>> {
  const phone = await Phone.on(new ToTheOffice(office), { deviceId });
  await phone.replica.pull();
  const base = await phone.base();
  phone.close();
  return base;
}
