/** The network: service centres and the outlets under them. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { PartProps } from "../AdminDesk";
import { view } from "../Go";
import { Await } from "../Listing";
import { CentresPage } from "./CentresPage";
import { OutletsPage } from "./OutletsPage";

export function NetworkPage({ office }: PartProps): JSX.Element {
  useEffect(() => {
    for (const shelf of [office.centres, office.outlets, office.technicians]) shelf.want();
  }, [office]);
  if (view.value.tab === "centres")
    return <Await shelf={office.centres}>{(centres) => <CentresPage office={office} centres={centres} />}</Await>;
  return <Await shelf={office.outlets}>{(outlets) => <OutletsPage office={office} outlets={outlets} />}</Await>;
}
