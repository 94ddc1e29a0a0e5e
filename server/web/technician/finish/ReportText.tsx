/** The text of a report, letter by letter as it is signed; its headings only look different. */
import type { JSX } from "preact";
import type { Locale } from "./draft";

interface ReportTextProps {
  readonly text: string;
  readonly locale: Locale;
}

export function ReportText({ text, locale }: ReportTextProps): JSX.Element {
  return (
    <div class="fin-text typed" lang={locale}>
      {text.split("\n\n").map((block, index) => {
        const [title = "", ...lines] = block.split("\n");
        return (
          <p key={index}>
            <strong>{title}</strong>
            {lines.length > 0 && `\n${lines.join("\n")}`}
          </p>
        );
      })}
    </div>
  );
}
