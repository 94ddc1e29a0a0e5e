/** The phone's own texts, before anything is drawn. */
import { teach } from "../../shared/text/language";
import { en } from "./en";
import { zhCN } from "./zh-CN";

teach({ en, "zh-CN": zhCN });
