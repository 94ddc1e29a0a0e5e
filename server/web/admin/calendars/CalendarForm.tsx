/** The next version of a calendar, tried on last month's jobs before it is published; or a first one. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { answer } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import { tell } from "../../shared/news/news";
import { named, t } from "../../shared/text/language";
import { Icon } from "../../shared/views/Icon";
import { useDraft } from "../forms/draft";
import { Closing, Group, Names, TextField, Tick } from "../forms/fields";
import { Form, useFault } from "../forms/Form";
import { show } from "../Go";
import { Gone } from "../Listing";
import type { Calendar, Office } from "../office";
import { Comparing } from "../policies/Comparing";
import type { Previewed } from "../policies/comparison";
import { w } from "../text/words";
import {
  copiedDown,
  DAYS,
  EMPTY,
  faultsIn,
  nextOf,
  requestOf,
  type CalendarDraft,
  type Week,
  type Weekday,
  type Window,
} from "./week";
import { WeekGrid } from "./WeekGrid";
import "./calendars.css";

export function CalendarForm({
  office,
  last,
}: {
  readonly office: Office;
  readonly last: Calendar | null;
}): JSX.Element {
  const draft = useDraft<CalendarDraft>(`calendars/${last?.code ?? ""}`, last === null ? EMPTY : nextOf(last));
  const tried = useSignal<{ readonly asked: string; readonly told: Previewed } | null>(null);
  if (!office.may("promise")) return <Gone />;
  const values = draft.values.value;
  const set = draft.set;
  const request = requestOf(values);
  const asked = JSON.stringify(request);
  const fresh = tried.value?.asked === asked;
  const version = (last?.version ?? 0) + 1;

  async function preview(): Promise<Problem | null> {
    const told = await answer(office.api.POST("/commitments/preview", { body: { calendar: request, days: 30 } }));
    if (!told.ok) return told.problem;
    tried.value = { asked, told: told.data };
    return null;
  }

  async function publish(): Promise<Problem | null> {
    const made = await answer(office.api.POST("/commitments/calendars", { body: request }));
    if (!made.ok) return made.problem;
    draft.discard();
    await office.calendars.again();
    tell("good", w("calendar.published", { name: named(made.data), n: made.data.version }));
    show({ id: made.data.code, act: null });
    return null;
  }

  const first = last === null;
  return (
    <article class="stack">
      <h2>{first ? w("calendar.new") : w("calendar.next_of", { name: named(last), n: version })}</h2>
      <Form
        submit={first ? w("calendar.make") : fresh ? w("calendar.publish", { n: version }) : w("calendar.preview")}
        check={() => faultsIn(values)}
        send={first || fresh ? publish : preview}
        fieldOf={{
          calendar_code_taken: "code",
          calendar_never_open: "weekly",
          calendar_window_unreadable: "weekly",
          calendar_windows_overlap: "weekly",
          calendar_country_unknown: "holidays_of",
          time_out_of_range: "effective_from",
        }}
        tools={<Closing draft={draft} />}
      >
        {first && (
          <TextField
            name="code"
            label={w("form.code")}
            hint={w("form.code_hint")}
            value={values.code}
            maxLength={60}
            onEnter={(code) => {
              set({ code });
            }}
          />
        )}
        <Names values={values} onEnter={set} />
        <Tick
          name="always_open"
          label={w("calendar.always")}
          checked={values.always_open}
          onEnter={(always_open) => {
            set({ always_open });
          }}
        />
        {!values.always_open && (
          <>
            <WeekFields
              week={values.week}
              onEnter={(week) => {
                set({ week });
              }}
            />
            <HolidayFields values={values} set={set} />
          </>
        )}
        <TextField
          name="effective_from"
          type="datetime-local"
          optional
          label={w("policy.from")}
          hint={w("calendar.from_hint")}
          value={values.effective_from}
          onEnter={(effective_from) => {
            set({ effective_from });
          }}
        />
        {tried.value !== null && <Comparing office={office} told={tried.value.told} fresh={fresh} />}
      </Form>
    </article>
  );
}

function WeekFields({ week, onEnter }: { readonly week: Week; readonly onEnter: (week: Week) => void }): JSX.Element {
  const put = (day: Weekday, windows: readonly Window[]): void => {
    onEnter(week.map((now, one) => (one === day ? windows : now)));
  };
  return (
    <Group legend={w("calendar.week")} name="weekly" hint={w("calendar.week_hint")}>
      <WeekGrid week={week} />
      <div>
        {DAYS.map((day) => (
          <DayFields
            key={day}
            day={day}
            windows={week[day] ?? []}
            onEnter={(windows) => {
              put(day, windows);
            }}
          />
        ))}
      </div>
      <p>
        <button
          type="button"
          class="button"
          onClick={() => {
            onEnter(copiedDown(week));
          }}
        >
          {w("calendar.copy_down")}
        </button>
      </p>
    </Group>
  );
}

interface DayFieldsProps {
  readonly day: Weekday;
  readonly windows: readonly Window[];
  readonly onEnter: (windows: readonly Window[]) => void;
}

function DayFields({ day, windows, onEnter }: DayFieldsProps): JSX.Element {
  const name = w(`calendar.day.${day}`);
  const fault = useFault(`day${day}`);
  return (
    <div class="week-day" role="group" aria-label={name}>
      <strong>{name}</strong>
      <div class="week-windows">
        {windows.length === 0 && <span class="soft">{w("calendar.closed_all_day")}</span>}
        {windows.map((window, place) => (
          <WindowField
            key={place}
            day={day}
            place={place}
            window={window}
            onEnter={(changed) => {
              onEnter(windows.map((one, at) => (at === place ? changed : one)));
            }}
            onRemove={() => {
              onEnter(windows.filter((_, at) => at !== place));
            }}
          />
        ))}
        <button
          type="button"
          class="button plain"
          aria-label={w("calendar.window_add", { day: name })}
          onClick={() => {
            onEnter([...windows, windows.length === 0 ? { from: "08:30", to: "17:30" } : { from: "", to: "" }]);
          }}
        >
          {w("form.add")}
        </button>
        {fault !== undefined && <p class="fault">{fault}</p>}
      </div>
    </div>
  );
}

interface WindowFieldProps {
  readonly day: Weekday;
  readonly place: number;
  readonly window: Window;
  readonly onEnter: (window: Window) => void;
  readonly onRemove: () => void;
}

/** Text, not `type="time"`: that has no 24:00. */
function WindowField({ day, place, window, onEnter, onRemove }: WindowFieldProps): JSX.Element {
  const fault = useFault(`w${day}_${place}`);
  const told = { day: w(`calendar.day.${day}`), n: place + 1 };
  return (
    <span class="window" data-faulty={fault !== undefined}>
      <input
        inputMode="numeric"
        maxLength={5}
        placeholder="08:30"
        aria-label={w("calendar.window_from", told)}
        aria-invalid={fault !== undefined}
        value={window.from}
        onInput={(event) => {
          onEnter({ ...window, from: tidy(event.currentTarget.value) });
        }}
      />
      –
      <input
        inputMode="numeric"
        maxLength={5}
        placeholder="17:30"
        aria-label={w("calendar.window_to", told)}
        aria-invalid={fault !== undefined}
        value={window.to}
        onInput={(event) => {
          onEnter({ ...window, to: tidy(event.currentTarget.value) });
        }}
      />
      <button
        type="button"
        class="button plain square"
        aria-label={w("calendar.window_remove", told)}
        onClick={onRemove}
      >
        <Icon name="close" />
      </button>
      {fault !== undefined && <span class="fault">{fault}</span>}
    </span>
  );
}

/** `0830` and `08：30` are meant as `08:30`. */
function tidy(entered: string): string {
  const plain = entered.replace("：", ":").trim();
  return /^\d{4}$/.test(plain) ? `${plain.slice(0, 2)}:${plain.slice(2)}` : plain;
}

interface HolidayProps {
  readonly values: CalendarDraft;
  readonly set: (change: Partial<CalendarDraft>) => void;
}

function HolidayFields({ values, set }: HolidayProps): JSX.Element {
  const { closed, extra, make_up: makeUp } = values;
  const putExtra = (place: number, change: Partial<CalendarDraft["extra"][number]>): void => {
    set({ extra: extra.map((one, at) => (at === place ? { ...one, ...change } : one)) });
  };
  return (
    <Group legend={w("calendar.holidays")}>
      <div class="three">
        <TextField
          name="holidays_of"
          label={w("calendar.holidays_of")}
          hint={w("calendar.holidays_of_hint")}
          optional
          maxLength={10}
          value={values.holidays_of}
          onEnter={(holidays_of) => {
            set({ holidays_of });
          }}
        />
        <TextField
          name="make_up"
          label={w("calendar.make_up_from")}
          hint={w("calendar.make_up_hint")}
          optional
          maxLength={5}
          value={makeUp.from}
          onEnter={(from) => {
            set({ make_up: { ...makeUp, from: tidy(from) } });
          }}
        />
        <TextField
          name="make_up_to"
          label={w("calendar.make_up_to")}
          optional
          maxLength={5}
          value={makeUp.to}
          onEnter={(to) => {
            set({ make_up: { ...makeUp, to: tidy(to) } });
          }}
        />
      </div>
      <ul class="many">
        {closed.map((day, place) => (
          <li key={place}>
            <TextField
              name={`closed${place}`}
              type="date"
              label={w("calendar.closed_n", { n: place + 1 })}
              value={day}
              onEnter={(entered) => {
                set({ closed: closed.map((one, at) => (at === place ? entered : one)) });
              }}
            />
            <button
              type="button"
              class="button plain"
              aria-label={`${w("form.remove")}${t("punctuation.colon")}${w("calendar.closed_n", { n: place + 1 })}`}
              onClick={() => {
                set({ closed: closed.filter((_, at) => at !== place) });
              }}
            >
              {w("form.remove")}
            </button>
          </li>
        ))}
        {extra.map((one, place) => (
          <li key={`extra${place}`}>
            <TextField
              name={`extra${place}`}
              type="date"
              label={`${w("calendar.extra")}${t("punctuation.colon")}${w("calendar.extra_n", { n: place + 1 })}`}
              value={one.day}
              onEnter={(day) => {
                putExtra(place, { day });
              }}
            />
            <TextField
              name={`extra${place}_from`}
              label={w("calendar.extra_from", { n: place + 1 })}
              maxLength={5}
              value={one.from}
              onEnter={(from) => {
                putExtra(place, { from: tidy(from) });
              }}
            />
            <TextField
              name={`extra${place}_to`}
              label={w("calendar.extra_to", { n: place + 1 })}
              maxLength={5}
              value={one.to}
              onEnter={(to) => {
                putExtra(place, { to: tidy(to) });
              }}
            />
            <button
              type="button"
              class="button plain"
              aria-label={`${w("form.remove")}${t("punctuation.colon")}${w("calendar.extra_n", { n: place + 1 })}`}
              onClick={() => {
                set({ extra: extra.filter((_, at) => at !== place) });
              }}
            >
              {w("form.remove")}
            </button>
          </li>
        ))}
      </ul>
      <p class="acts">
        <button
          type="button"
          class="button"
          onClick={() => {
            set({ closed: [...closed, ""] });
          }}
        >
          {w("calendar.closed_add")}
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            set({ extra: [...extra, { day: "", from: "09:00", to: "17:00" }] });
          }}
        >
          {w("calendar.extra_add")}
        </button>
      </p>
    </Group>
  );
}
