/** `/desk/admin`: the managers' desk. Auditors look; a dispatcher is shown the way back to the board. */
import "../shared/text/whole";
import "../shared/look/base.css";
import "./admin.css";
import "./listing.css";
import "./content.css";
import "./tables.css";
import "./forms/forms.css";
import "./figures.css";
import { openFace } from "../shared/views/FacePage";
import { AdminDesk } from "./AdminDesk";
import { NotYours } from "./NotYours";
import { w } from "./text/words";

openFace({
  face: "desk",
  name: () => w("frame.title"),
  roles: new Set(["dispatcher", "outlet_manager", "centre_manager", "hq_manager", "auditor"]),
  inside: (user, session) =>
    user.role === "dispatcher" ? (
      <NotYours session={session} />
    ) : (
      <AdminDesk key={user.id} user={user} session={session} />
    ),
});
