/** The parts of the app, where a thumb reaches them. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../shared/text/language";
import { go, leavesToBrowser } from "../shared/views/address";
import { Icon, type IconName } from "../shared/views/Icon";
import { waitingSummary } from "./outbox/summary";
import { newsCount } from "./news/count";
import type { Phone } from "./phone/phone";
import type { Screen } from "./screens";

const TABS = [
  { kind: "today", icon: "calendar" },
  { kind: "scan", icon: "scan" },
  { kind: "news", icon: "message" },
  { kind: "outbox", icon: "outbox" },
  { kind: "me", icon: "person" },
] as const satisfies readonly { kind: Screen["kind"]; icon: IconName }[];

interface TabsProps {
  readonly phone: Phone;
  readonly screen: Screen;
}

export function Tabs({ phone, screen }: TabsProps): JSX.Element {
  const news = newsCount(phone);
  const waiting = useComputed(() => {
    const { steps, photos } = waitingSummary(phone.waiting.value, phone.photos.photos.value.values());
    return steps + photos;
  });
  const counts: Readonly<Partial<Record<Screen["kind"], number>>> = { news: news.value, outbox: waiting.value };
  return (
    <nav class="tabs" aria-label={t("tabs.label")}>
      {TABS.map(({ kind, icon }) => (
        <Tab key={kind} kind={kind} icon={icon} count={counts[kind] ?? 0} here={screen.kind === kind} />
      ))}
    </nav>
  );
}

interface TabProps {
  readonly kind: (typeof TABS)[number]["kind"];
  readonly icon: IconName;
  readonly count: number;
  readonly here: boolean;
}

function Tab({ kind, icon, count, here }: TabProps): JSX.Element {
  const address = kind === "today" ? new URLSearchParams() : new URLSearchParams({ view: kind });
  const name = t(`tabs.${kind}`);
  return (
    <a
      href={kind === "today" ? "/app/" : `?${address.toString()}`}
      class="tab"
      aria-current={here ? "page" : undefined}
      onClick={(event) => {
        if (leavesToBrowser(event)) return;
        event.preventDefault();
        go(address);
        scrollTo(0, 0);
      }}
    >
      <Icon name={icon} />
      <span class="tab-name">{name}</span>
      {count > 0 && <span class="tab-count numbers">{count > 99 ? "99+" : count}</span>}
    </a>
  );
}
