/** The shifts of a week at an outlet: seen, added, removed, and copied from the week before. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { answer } from "../../shared/api/client";
import type { Answer, Problem } from "../../shared/api/problem";
import type { Technician } from "../../shared/api/types";
import { sentence } from "../../shared/api/problem";
import { everything, paging } from "../../shared/api/pages";
import { tell } from "../../shared/news/news";
import { named } from "../../shared/text/language";
import { dayName, toDateInput } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import { useLoaded } from "../../shared/views/loading";
import { Notice } from "../../shared/views/Notice";
import { Asking } from "../forms/Asking";
import { outletChoices } from "../forms/choices";
import { faultsOf } from "../forms/checks";
import { Group, SelectField, TextField, Tick } from "../forms/fields";
import { Go, show, view } from "../Go";
import { Await, Ready } from "../Listing";
import { day as dayWords } from "../moments";
import type { Office } from "../office";
import { w } from "../text/words";
import { copied, daysOn, hoursIn, merged, mondayOf, seen, shiftOn, weekFrom, type NewShift } from "./shifts";
import "./shifts.css";

export function ShiftsPage({ office }: { readonly office: Office }): JSX.Element {
  return (
    <Await shelf={office.outlets}>
      {(outlets) => {
        const outlet = outlets.find((one) => one.id === (view.value.outlet ?? office.user.outlet_id)) ?? outlets[0];
        if (outlet === undefined) return <Notice icon="empty" title={w("list.none")} />;
        const monday = mondayOf(view.value.on ?? toDateInput(now.value, outlet.zone));
        return (
          <section class="page wide">
            <div class="stack">
              <header class="part-head">
                <h1>{w("tab.shifts")}</h1>
                <div class="week-steps">
                  <SelectField
                    name="outlet"
                    label={w("policy.outlet")}
                    value={outlet.id}
                    choices={outletChoices(office)}
                    onEnter={(id) => {
                      show({ outlet: id });
                    }}
                  />
                  <span class="acts">
                    <Go to={{ on: daysOn(monday, -7) }} class="button">
                      {w("shift.week_before")}
                    </Go>
                    <Go to={{ on: null }} class="button">
                      {w("shift.this_week")}
                    </Go>
                    <Go to={{ on: daysOn(monday, 7) }} class="button">
                      {w("shift.week_after")}
                    </Go>
                  </span>
                </div>
              </header>
              <Week
                key={`${outlet.id} ${monday}`}
                office={office}
                outletId={outlet.id}
                zone={outlet.zone}
                monday={monday}
              />
            </div>
          </section>
        );
      }}
    </Await>
  );
}

async function shiftsOf(
  office: Office,
  outletId: string,
  days: readonly string[],
): Promise<Answer<readonly Technician[]>> {
  const answers = await Promise.all(
    days.map((day) =>
      everything((cursor) =>
        answer(
          office.api.GET("/technicians", {
            params: { query: { outlet_id: outletId, day, ...paging(cursor) } },
          }),
        ),
      ),
    ),
  );
  const failed = answers.find((one) => !one.ok);
  if (failed !== undefined) return failed;
  return { ok: true, data: merged(answers.map((one) => (one.ok ? one.data : []))) };
}

interface WeekProps {
  readonly office: Office;
  readonly outletId: string;
  readonly zone: string;
  readonly monday: string;
}

interface Adding {
  readonly technician: Technician;
  readonly day: string;
}

function Week({ office, outletId, zone, monday }: WeekProps): JSX.Element {
  const days = weekFrom(monday);
  const [loaded, again] = useLoaded(() => shiftsOf(office, outletId, days), `${outletId} ${monday}`, 0);
  const adding = useSignal<Adding | null>(null);
  const busy = useSignal(false);
  const may = office.may("people");
  const params = (technician: Technician): { path: { technician_id: string } } => ({
    path: { technician_id: technician.id },
  });

  async function remove(technician: Technician, shiftId: string): Promise<void> {
    const done = await answer(
      office.api.DELETE("/technicians/{technician_id}/shifts/{shift_id}", {
        params: { path: { technician_id: technician.id, shift_id: shiftId } },
      }),
    );
    tell(done.ok ? "good" : "bad", done.ok ? w("shift.removed", { name: named(technician) }) : sentence(done.problem));
    again();
  }

  async function copyWeek(there: readonly Technician[]): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    const before = await shiftsOf(office, outletId, weekFrom(daysOn(monday, -7)));
    if (!before.ok) tell("bad", sentence(before.problem));
    else {
      const added = await Promise.all(there.map((technician) => addAll(technician, copyFor(technician, before.data))));
      const trouble = added.find((one) => typeof one !== "number");
      const count = added.reduce<number>((sum, one) => sum + (typeof one === "number" ? one : 0), 0);
      if (trouble !== undefined && typeof trouble !== "number") tell("bad", sentence(trouble));
      else tell("good", count === 0 ? w("shift.copied_none") : w("shift.copied", { n: count }));
    }
    busy.value = false;
    again();
  }

  function copyFor(technician: Technician, before: readonly Technician[]): readonly NewShift[] {
    const shifts =
      before.find((one) => one.id === technician.id)?.shifts.filter((shift) => seen(shift, zone).day < monday) ?? [];
    return copied(
      shifts.filter((shift) => seen(shift, zone).day >= daysOn(monday, -7)),
      technician.shifts,
      7,
      zone,
      now.peek(),
    );
  }

  async function addAll(technician: Technician, shifts: readonly NewShift[]): Promise<number | Problem> {
    if (shifts.length === 0) return 0;
    const done = await answer(
      office.api.POST("/technicians/{technician_id}/shifts", {
        params: params(technician),
        body: { shifts: [...shifts] },
      }),
    );
    return done.ok ? shifts.length : done.problem;
  }

  return (
    <Ready loaded={loaded.value} again={again}>
      {(technicians) => (
        <>
          <p class="acts">
            {may && (
              <button
                type="button"
                class="button first"
                aria-disabled={busy.value}
                onClick={() => void copyWeek(technicians.filter((one) => one.outlet_id === outletId))}
              >
                {busy.value ? w("form.busy") : w("shift.copy")}
              </button>
            )}
            <span class="soft small">{w("shift.zone", { zone })}</span>
          </p>
          {technicians.length === 0 ? (
            <Notice icon="person" title={w("shift.nobody")} />
          ) : (
            <div
              class="table-box"
              tabIndex={0}
              role="region"
              aria-label={w("shift.week_of", { day: dayWords(monday) })}
            >
              <table class="shifts">
                <caption>{w("shift.week_of", { day: dayWords(monday) })}</caption>
                <thead>
                  <tr>
                    <th scope="col">{w("user.technician")}</th>
                    <th scope="col" class="figure">
                      {w("shift.hours")}
                    </th>
                    {days.map((day) => (
                      <th key={day} scope="col">
                        {dayName(Date.parse(`${day}T00:00:00Z`), "UTC")}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {technicians.map((technician) => {
                    const own = technician.outlet_id === outletId;
                    return (
                      <tr key={technician.id}>
                        <th scope="row">
                          <Go to={{ tab: "technicians", id: technician.id }}>{named(technician)}</Go>
                          {!own && <span class="tag">{w("shift.lent")}</span>}
                        </th>
                        <td class="figure">{Math.round(hoursIn(technician.shifts, days, zone) * 10) / 10}</td>
                        {days.map((day) => (
                          <td key={day}>
                            {technician.shifts
                              .map((shift) => seen(shift, zone))
                              .filter((shift) => shift.day === day)
                              .map((shift) => (
                                <span key={shift.id} class="shift">
                                  {shift.from}–{shift.to}
                                  {may && own && (
                                    <button
                                      type="button"
                                      class="shift-act"
                                      aria-label={w("shift.remove", {
                                        name: named(technician),
                                        day: dayWords(day),
                                        from: shift.from,
                                      })}
                                      onClick={() => void remove(technician, shift.id)}
                                    >
                                      <Icon name="close" />
                                    </button>
                                  )}
                                </span>
                              ))}
                            {may && own && (
                              <button
                                type="button"
                                class="shift-add"
                                aria-label={w("shift.add", { name: named(technician), day: dayWords(day) })}
                                onClick={() => (adding.value = { technician, day })}
                              >
                                +
                              </button>
                            )}
                          </td>
                        ))}
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </div>
          )}
          {adding.value !== null && (
            <AddShifts
              adding={adding.value}
              days={days}
              zone={zone}
              onClose={() => (adding.value = null)}
              send={async (shifts) => {
                if (adding.value === null) return null;
                const done = await addAll(adding.value.technician, shifts);
                if (typeof done !== "number") return done;
                tell("good", w("shift.added", { n: done }));
                again();
                return null;
              }}
            />
          )}
        </>
      )}
    </Ready>
  );
}

interface AddProps {
  readonly adding: Adding;
  readonly days: readonly string[];
  readonly zone: string;
  readonly send: (shifts: readonly NewShift[]) => Promise<Problem | null>;
  readonly onClose: () => void;
}

/** The times last entered: weeks are filled with the same few. */
const times = { from: "08:30", to: "17:30" };

function AddShifts({ adding, days, zone, send, onClose }: AddProps): JSX.Element {
  const from = useSignal(times.from);
  const to = useSignal(times.to);
  const on = useSignal<readonly string[]>([adding.day]);
  useEffect(() => () => void Object.assign(times, { from: from.peek(), to: to.peek() }), [from, to]);
  const shifts = (): readonly (NewShift | null)[] => on.value.map((day) => shiftOn(day, from.value, to.value, zone));
  return (
    <Asking
      title={w("shift.add_for", { name: named(adding.technician) })}
      confirm={w("form.add")}
      check={() =>
        faultsOf({
          from: from.value === "" ? w("form.needed") : undefined,
          to: to.value === "" ? w("form.needed") : undefined,
          days: on.value.length === 0 ? w("form.needed") : undefined,
        })
      }
      fieldOf={{ invalid: "from", periods_overlap: "from" }}
      send={() => send(shifts().filter((one) => one !== null))}
      onClose={onClose}
    >
      <div class="pair">
        <TextField
          name="from"
          type="time"
          label={w("shift.from")}
          value={from.value}
          onEnter={(value) => (from.value = value)}
        />
        <TextField
          name="to"
          type="time"
          label={w("shift.to")}
          hint={w("shift.to_hint")}
          value={to.value}
          onEnter={(value) => (to.value = value)}
        />
      </div>
      <Group legend={w("shift.on_days")} name="days">
        <div class="ticks">
          {days.map((day) => (
            <Tick
              key={day}
              name={day}
              label={dayName(Date.parse(`${day}T00:00:00Z`), "UTC")}
              checked={on.value.includes(day)}
              onEnter={(ticked) => (on.value = days.filter((one) => (one === day ? ticked : on.value.includes(one))))}
            />
          ))}
        </div>
      </Group>
    </Asking>
  );
}
