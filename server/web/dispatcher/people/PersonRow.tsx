/** One technician: where they stand, what they carry, and what can be done for them. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { sentence } from "../../shared/api/problem";
import type { Absence, Device, Technician } from "../../shared/api/types";
import { tell } from "../../shared/news/news";
import { named, say, t } from "../../shared/text/language";
import { shortTime, span, timeWindow } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { Icon } from "../../shared/views/Icon";
import type { Board } from "../board";
import { takeBackAbsence, type Listed } from "./deeds";
import type { Person, Standing } from "./people";
import type { PhoneAsked } from "./PhoneDialogs";

export type Doing =
  | { readonly what: "code" | "absence"; readonly technician: Technician }
  | { readonly what: "phone"; readonly asked: PhoneAsked };

interface PersonRowProps {
  readonly person: Person;
  readonly board: Board;
  readonly known: Listed;
  readonly skillName: (code: string) => string;
  readonly onDo: (what: Doing) => void;
  readonly onChanged: () => void;
}

export function PersonRow({ person, board, known, skillName, onDo, onChanged }: PersonRowProps): JSX.Element {
  const { technician, standing, loan } = person;
  const open = useSignal(false);
  const zone = board.zoneOf(technician.outlet_id);
  const outlet = board.outlets.value.get(technician.outlet_id);
  const name = board.nameOf(technician.id);
  return (
    <li class="person" data-standing={standing.kind}>
      <span class="person-name">
        <strong>{name}</strong>
        <span class="soft">{outlet && named(outlet)}</span>
      </span>
      <span class="person-standing">
        <span>{standingWords(standing, zone)}</span>
        {standing.kind === "away" && <span class="soft">{say("people.absence", standing.absence.reason)}</span>}
        {loan !== null && (
          <span class="tag">
            {t("people.lent", { outlet: loan.outlet_name, time: shortTime(now.value, Date.parse(loan.ends_at), zone) })}
          </span>
        )}
      </span>
      <span class="numbers">{t("people.jobs", { n: person.load })}</span>
      <Contact person={person} />
      <span class="person-deeds">
        {board.mayWrite && (
          <>
            <button
              type="button"
              class="button"
              aria-label={t("people.code_named", { name })}
              onClick={() => {
                onDo({ what: "code", technician });
              }}
            >
              <Icon name="phone" />
              {t("people.code")}
            </button>
            <button
              type="button"
              class="button"
              aria-label={t("people.absent_named", { name })}
              onClick={() => {
                onDo({ what: "absence", technician });
              }}
            >
              {t("people.absent")}
            </button>
          </>
        )}
        <button
          type="button"
          class="button plain square"
          aria-expanded={open.value}
          aria-label={t("people.open", { name })}
          onClick={() => (open.value = !open.value)}
        >
          <span class="turning" data-open={open.value}>
            <Icon name="back" />
          </span>
        </button>
      </span>
      {open.value && <More {...{ person, board, known, skillName, onDo, onChanged }} name={name} />}
    </li>
  );
}

function standingWords(standing: Standing, zone: string | undefined): string {
  const at = (time: number): { readonly time: string } => ({ time: shortTime(now.value, time, zone) });
  switch (standing.kind) {
    case "away":
      return t("people.standing.away", at(standing.until));
    case "here":
      return t("people.standing.here", at(standing.until));
    case "later":
      return t("people.standing.later", at(standing.from));
    case "over":
      return t("people.standing.over", at(standing.at));
    case "off":
      return t("people.standing.off");
  }
}

function Contact({ person }: { readonly person: Person }): JSX.Element {
  const { devices, heard, silent } = person;
  if (devices.every((device) => device.revoked_at !== null)) {
    return (
      <span class="person-contact" data-silent="true">
        <Icon name="offline" />
        {t("people.contact_none")}
      </span>
    );
  }
  return (
    <span class="person-contact" data-silent={silent !== null}>
      <Icon name={silent === null ? "online" : "warning"} />
      <span>
        {heard === null ? t("people.contact_never") : t("people.contact", { time: shortTime(now.value, heard) })}
        {silent !== null && <strong>{t("people.silent", { time: span(silent) })}</strong>}
      </span>
    </span>
  );
}

type MoreProps = PersonRowProps & { readonly name: string };

function More({ person, board, name, known, skillName, onDo, onChanged }: MoreProps): JSX.Element {
  const { technician, devices } = person;
  const zone = board.zoneOf(technician.outlet_id);
  const mine = known.absences.filter((each) => each.technician_id === technician.id && each.withdrawn_at === null);
  return (
    <div class="person-more">
      <section>
        <h3>{t("people.shifts")}</h3>
        <p class="numbers">
          {technician.shifts.length === 0
            ? t("people.standing.off")
            : technician.shifts
                .map((shift) => timeWindow(now.value, Date.parse(shift.starts_at), Date.parse(shift.ends_at), zone))
                .join(", ")}
        </p>
        <h3>{t("people.skills")}</h3>
        <p>
          {technician.skills.length === 0 && t("people.skills_none")}
          {technician.skills.map((skill) => (
            <span key={skill} class="tag">
              {skillName(skill)}
            </span>
          ))}
        </p>
      </section>
      <section>
        <h3>{t("people.absences")}</h3>
        {mine.length === 0 && <p class="soft">{t("people.absences_none")}</p>}
        <ul>
          {mine.map((absence) => (
            <AbsenceLine
              key={absence.id}
              absence={absence}
              technician={technician}
              board={board}
              onChanged={onChanged}
            />
          ))}
        </ul>
      </section>
      <section>
        <h3>{t("people.phones")}</h3>
        {devices.length === 0 && <p class="soft">{t("people.phones_none")}</p>}
        <ul>
          {devices.map((phone) => (
            <PhoneLine key={phone.id} phone={phone} owner={technician} name={name} board={board} onDo={onDo} />
          ))}
        </ul>
      </section>
    </div>
  );
}

interface AbsenceLineProps {
  readonly absence: Absence;
  readonly technician: Technician;
  readonly board: Board;
  readonly onChanged: () => void;
}

function AbsenceLine({ absence, technician, board, onChanged }: AbsenceLineProps): JSX.Element {
  const busy = useSignal(false);
  const zone = board.zoneOf(technician.outlet_id);
  const words = t("people.absence", {
    reason: say("people.absence", absence.reason),
    from: shortTime(now.value, Date.parse(absence.starts_at), zone),
    to: shortTime(now.value, Date.parse(absence.ends_at), zone),
  });

  async function takeBack(): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    const problem = await takeBackAbsence(board, technician, absence);
    busy.value = false;
    if (problem !== null) tell("bad", sentence(problem));
    onChanged();
  }

  return (
    <li>
      <span>
        {words}
        {absence.note !== "" && <span class="soft typed"> {absence.note}</span>}
      </span>
      {board.mayWrite && (
        <button
          type="button"
          class="button"
          aria-label={t("people.withdraw_named", { absence: words })}
          aria-disabled={busy.value}
          onClick={() => void takeBack()}
        >
          {t("people.withdraw")}
        </button>
      )}
    </li>
  );
}

interface PhoneLineProps {
  readonly phone: Device;
  readonly owner: Technician;
  readonly name: string;
  readonly board: Board;
  readonly onDo: (what: Doing) => void;
}

function PhoneLine({ phone, owner, name, board, onDo }: PhoneLineProps): JSX.Element {
  const called = phone.name === "" ? t("people.phone_unnamed") : phone.name;
  const locked = phone.revoked_at !== null;
  const what = locked ? "upload" : "lock";
  const words = { phone: called, name };
  return (
    <li data-locked={locked}>
      <span>
        <span class="typed">{called}</span>
        <span class="soft">{phoneWords(phone)}</span>
      </span>
      {board.mayWrite && (
        <button
          type="button"
          class={locked ? "button" : "button danger"}
          aria-label={locked ? t("people.upload_named", words) : t("people.revoke_named", words)}
          onClick={() => {
            onDo({ what: "phone", asked: { what, owner, phone } });
          }}
        >
          {locked ? t("people.upload") : t("people.revoke")}
        </button>
      )}
    </li>
  );
}

function phoneWords(phone: Device): string {
  const at = (iso: string): { readonly time: string } => ({ time: shortTime(now.value, Date.parse(iso)) });
  const upload = phone.last_upload_until ?? null;
  return [
    t("people.phone_since", at(phone.enrolled_at)),
    phone.last_seen_at === null ? t("people.phone_unheard") : t("people.phone_heard", at(phone.last_seen_at)),
    ...(phone.revoked_at === null ? [] : [t("people.phone_revoked", at(phone.revoked_at))]),
    ...(upload !== null && Date.parse(upload) > now.value ? [t("people.phone_upload", at(upload))] : []),
  ].join(" · ");
}
