/** Who works today, who is away, whose phone is heard: and what the desk does about it. */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { sentence } from "../../shared/api/problem";
import { CodeDialog } from "../../shared/enrolment/CodeDialog";
import { t } from "../../shared/text/language";
import { dayName } from "../../shared/time/format";
import { now } from "../../shared/time/now";
import { dataOr, useLoaded } from "../../shared/views/loading";
import { Notice } from "../../shared/views/Notice";
import { useBeat } from "../beat";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { useSkillNames } from "../skills";
import { AbsenceDialog } from "./AbsenceDialog";
import { peopleListed, type Listed } from "./deeds";
import { Loans } from "./Loans";
import { finds, inOrder, peopleOf, SHOWN, shows, type Person, type Shown } from "./people";
import "./people.css";
import { PersonRow, type Doing } from "./PersonRow";
import { PhoneDialog } from "./PhoneDialogs";

interface PeoplePageProps {
  readonly board: Board;
  readonly show: Show;
}

const NOBODY: Listed = { technicians: [], devices: [], absences: [], borrowings: [] };

export function PeoplePage({ board, show }: PeoplePageProps): JSX.Element {
  const beat = useBeat(board);
  const [listed, again] = useLoaded<Listed>(() => peopleListed(board), "people", beat.value);
  const skillName = useSkillNames(board);
  const search = useSignal("");
  const shown = useSignal<Shown>("all");
  const doing = useSignal<Doing | null>(null);
  const people = useComputed(() => {
    const known = dataOr(listed.value, NOBODY);
    return inOrder(peopleOf({ ...known, jobs: board.jobs.value.values() }, now.value), ({ technician }) =>
      board.nameOf(technician.id),
    );
  });
  const found = people.value.filter((person) => finds(search.value, person, skillName));
  const inView = found.filter((person) => shows(shown.value, person));
  const loaded = listed.value;
  const close = (): void => {
    doing.value = null;
  };

  return (
    <div class="people">
      <header>
        <h1>{t("people.title")}</h1>
        <p class="soft">{t("people.hint", { day: dayName(now.value) })}</p>
      </header>
      <div class="people-filters">
        <div role="group" aria-label={t("people.show")}>
          {SHOWN.map((each) => (
            <button
              key={each}
              type="button"
              class="chip"
              aria-pressed={each === shown.value}
              onClick={() => (shown.value = each)}
            >
              {t(`people.show.${each}`)}{" "}
              <span class="numbers">{found.filter((person) => shows(each, person)).length}</span>
            </button>
          ))}
        </div>
        <input
          type="search"
          class="people-search"
          aria-label={t("people.search")}
          placeholder={t("people.search")}
          value={search.value}
          onInput={(event) => {
            search.value = event.currentTarget.value;
          }}
        />
      </div>
      {loaded.kind === "failed" && (
        <p class="trouble" role="alert">
          {t("people.failed")} {sentence(loaded.problem)}{" "}
          <button type="button" class="button" onClick={again}>
            {t("retry")}
          </button>
        </p>
      )}
      {loaded.kind === "loading" && <div class="ghost people-ghost" role="status" aria-label={t("loading")} />}
      {people.value.length === 0 && loaded.kind === "ready" && (
        <Notice icon="empty" title={t("people.empty")} hint={t("people.empty_hint")} />
      )}
      {people.value.length > 0 && inView.length === 0 && <p class="soft">{t("people.none")}</p>}
      <ol class="person-list" aria-label={t("people.title")}>
        {inView.map((person: Person) => (
          <PersonRow
            key={person.technician.id}
            person={person}
            board={board}
            known={dataOr(loaded, NOBODY)}
            skillName={skillName}
            onDo={(what) => (doing.value = what)}
            onChanged={again}
          />
        ))}
      </ol>
      {loaded.kind === "ready" && <Loans loans={loaded.data.borrowings} board={board} show={show} onChanged={again} />}
      {doing.value?.what === "code" && (
        <CodeDialog
          key={doing.value.technician.id}
          technician={doing.value.technician}
          api={board.api}
          onClose={() => {
            close();
            again();
          }}
        />
      )}
      {doing.value?.what === "absence" && (
        <AbsenceDialog technician={doing.value.technician} board={board} onClose={close} onDone={again} />
      )}
      {doing.value?.what === "phone" && (
        <PhoneDialog asked={doing.value.asked} board={board} onClose={close} onDone={again} />
      )}
    </div>
  );
}
