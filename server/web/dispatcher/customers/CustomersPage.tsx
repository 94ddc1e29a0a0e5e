/** Customers who wait for the desk: to be called, to be answered, to be checked. */
import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { sentence } from "../../shared/api/problem";
import { t } from "../../shared/text/language";
import type { Loaded } from "../../shared/views/loading";
import { Notice } from "../../shared/views/Notice";
import type { Board } from "../board";
import type { Show } from "../Desk";
import { Ask } from "./Asks";
import type { Listed } from "./customers";
import "./customers.css";
import { UntoldMessage } from "./Outbox";
import { OneRegistration } from "./Registrations";
import { itemsOf, type Waiting } from "./waiting";

interface CustomersPageProps {
  readonly board: Board;
  readonly waiting: Waiting;
  readonly show: Show;
}

export function CustomersPage({ board, waiting, show }: CustomersPageProps): JSX.Element {
  const { outbox, asks, registrations, again } = waiting;
  const lists = [outbox.value, asks.value, registrations.value];
  const idle = lists.every((list) => list.kind === "ready" && list.data.items.length === 0);
  return (
    <div class="customers">
      <header>
        <h1>{t("customers.title")}</h1>
        <p class="soft">{t("customers.hint")}</p>
      </header>
      {lists.every((list) => list.kind === "loading") && (
        <div class="ghost matter-ghost" role="status" aria-label={t("loading")} />
      )}
      {idle && <Notice icon="done" title={t("customers.empty")} hint={t("customers.empty_hint")} />}
      <Part
        name="outbox"
        title={t("outbox.title", { n: itemsOf(outbox).length })}
        hint={t("outbox.hint")}
        list={outbox}
        again={again}
      >
        {itemsOf(outbox).map((message) => (
          <UntoldMessage key={message.id} message={message} board={board} show={show} again={again} />
        ))}
      </Part>
      <Part
        name="asks"
        title={t("asks.title", { n: itemsOf(asks).length })}
        hint={t("asks.hint")}
        list={asks}
        again={again}
      >
        {itemsOf(asks).map((ask) => (
          <Ask key={ask.id} ask={ask} board={board} show={show} again={again} />
        ))}
      </Part>
      <Part
        name="registrations"
        title={t("registrations.title", { n: itemsOf(registrations).length })}
        hint={t("registrations.hint")}
        list={registrations}
        again={again}
      >
        {itemsOf(registrations).map((each) => (
          <OneRegistration key={each.id} registration={each} board={board} again={again} />
        ))}
      </Part>
    </div>
  );
}

interface PartProps {
  readonly name: string;
  readonly title: string;
  readonly hint: string;
  readonly list: ReadonlySignal<Loaded<Listed<unknown>>>;
  readonly again: () => void;
  readonly children: ComponentChildren;
}

/** Not there while nobody waits in it; a list that could not be fetched says so in its place. */
function Part({ name, title, hint, list, again, children }: PartProps): JSX.Element | null {
  const loaded = list.value;
  if (loaded.kind === "failed")
    return (
      <p class="trouble" role="alert">
        {t("customers.failed")} {sentence(loaded.problem)}{" "}
        <button type="button" class="button" onClick={again}>
          {t("retry")}
        </button>
      </p>
    );
  if (loaded.kind === "loading" || loaded.data.items.length === 0) return null;
  return (
    <section aria-labelledby={`${name}-title`}>
      <header>
        <h2 id={`${name}-title`}>{title}</h2>
        <p class="soft">{hint}</p>
      </header>
      <ol class="matters">{children}</ol>
      {loaded.data.more && <p class="soft">{t("customers.first", { n: loaded.data.items.length })}</p>}
    </section>
  );
}
