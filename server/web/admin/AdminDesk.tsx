/** The managers' desk: what is on screen is a function of the address and of the lists the office holds. */
import { effect, useSignal } from "@preact/signals";
import type { ComponentType, JSX, RefObject } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Session } from "../shared/api/session";
import type { Role, User } from "../shared/api/types";
import { Toasts } from "../shared/news/Toasts";
import { t } from "../shared/text/language";
import { Icon } from "../shared/views/Icon";
import { LanguageButton } from "../shared/views/LanguageButton";
import { Notice } from "../shared/views/Notice";
import { unsaved } from "./forms/draft";
import { Go, view } from "./Go";
import { openOffice, type Office } from "./office";
import { opens } from "./rights";
import { w } from "./text/words";
import { PARTS, TABS, type Part } from "./view";

export interface PartProps {
  readonly office: Office;
}

/** Each part is fetched when it is first opened. */
const PAGES: Readonly<Record<Part, () => Promise<ComponentType<PartProps>>>> = {
  policies: async () => (await import("./policies/PoliciesPage")).PoliciesPage,
  calendars: async () => (await import("./calendars/CalendarsPage")).CalendarsPage,
  people: async () => (await import("./people/PeoplePage")).PeoplePage,
  products: async () => (await import("./products/ProductsPage")).ProductsPage,
  measures: async () => (await import("./measures/MeasuresPage")).MeasuresPage,
  network: async () => (await import("./network/NetworkPage")).NetworkPage,
  reports: async () => (await import("./reports/ReportsPage")).ReportsPage,
};

export function AdminDesk({ user, session }: { readonly user: User; readonly session: Session }): JSX.Element {
  const office = useMemo(() => openOffice(session, user), [session, user]);
  const { part } = view.value;
  const strip = useInSight();
  useEffect(
    () =>
      effect(() => {
        document.title = `${w(`part.${view.value.part}`)} · ${w("frame.title")} · ${t("app.name")}`;
      }),
    [],
  );
  return (
    <div class="admin">
      <a class="skip" href="#admin-main">
        {w("frame.to_main")}
      </a>
      <header class="admin-bar">
        <span class="brand">
          <Icon name="mark" />
          <span>
            {t("app.name")} <span class="soft">{w("frame.title")}</span>
          </span>
        </span>
        <a class="button plain" href="/desk/">
          <Icon name="back" />
          {w("frame.to_board")}
        </a>
        <div class="admin-tools">
          <LanguageButton />
          <span class="who" title={user.username}>
            {user.name}
          </span>
          <button type="button" class="button plain" onClick={() => void session.logout()}>
            {t("logout")}
          </button>
        </div>
      </header>
      <div class="admin-body">
        <nav ref={strip} class="admin-nav" aria-label={w("frame.sections")}>
          <ul>
            {PARTS.map((one) => (
              <li key={one}>
                <Go to={{ part: one }} current={one === part}>
                  {w(`part.${one}`)}
                  {[...unsaved.value].some((key) => key.startsWith(`${one}/`)) && (
                    <span class="tag unsaved">{w("form.unsaved")}</span>
                  )}
                </Go>
              </li>
            ))}
          </ul>
        </nav>
        <main id="admin-main" tabIndex={-1}>
          <Tabs part={part} role={user.role} />
          <LazyPart key={part} part={part} office={office} />
        </main>
      </div>
      <Toasts />
    </div>
  );
}

/** On a narrow screen the links lie in one line that is wider than it: the one that is open comes into sight. */
function useInSight(): RefObject<HTMLElement | null> {
  const strip = useRef<HTMLElement>(null);
  const { part, tab } = view.value;
  useEffect(() => {
    strip.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [part, tab]);
  return strip;
}

function Tabs({ part, role }: { readonly part: Part; readonly role: Role }): JSX.Element | null {
  const strip = useInSight();
  if (TABS[part].length < 2) return null;
  return (
    <nav ref={strip} class="tabs" aria-label={w(`part.${part}`)}>
      {TABS[part]
        .filter((tab) => opens(role, tab))
        .map((tab) => (
          <Go key={tab} to={{ tab, id: null }} current={view.value.tab === tab}>
            {w(`tab.${tab}`)}
          </Go>
        ))}
    </nav>
  );
}

function LazyPart({ part, office }: { readonly part: Part; readonly office: Office }): JSX.Element {
  const page = useSignal<{ readonly view: ComponentType<PartProps> } | "failed" | null>(null);
  const fetchPart = (): void => {
    page.value = null;
    PAGES[part]().then(
      (found) => (page.value = { view: found }),
      () => (page.value = "failed"),
    );
  };
  useEffect(fetchPart, [part]); // eslint-disable-line react-hooks/exhaustive-deps -- made anew at every render
  if (page.value === null) return <div class="ghost admin-ghost" role="status" aria-label={t("loading")} />;
  if (page.value === "failed")
    return (
      <Notice icon="offline" title={w("list.failed")} hint={t("problem.offline")}>
        <button type="button" class="button first" onClick={fetchPart}>
          {t("retry")}
        </button>
      </Notice>
    );
  const Page = page.value.view;
  return <Page office={office} />;
}
