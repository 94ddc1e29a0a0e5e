import type { technician as english } from "../en/technician";
import type { Translated } from "../messages";

/** The technician's pages, in Simplified Chinese. */
export const technician: Translated<typeof english> = {
  "today.title": "我的工单",
  "today.open": "{n} 个待办工单",
  "today.done": "已完成（{n}）",
  "today.now": "进行中",
  "today.earlier": "此前未完成",
  "today.empty": "目前没有您的工单。",
  "today.empty_hint": "有新工单时会自动出现在这里。",
  "today.loading": "正在获取工单…",
  "today.offline_empty": "没有网络连接，尚未取得您的工单。",
  "today.failed": "未能取得您的工单。",

  "page.gone": "此工单已不属于您。",
  "page.gone_hint": "网点已改派或关闭该工单，您无需处理。",
  "page.gone_waiting": "网点已改派或关闭。您做的工作保存在本机，会自动提交。",
  "page.gone_unsigned": "您正在做时，网点改派或关闭了它。您做的工作仍可请顾客签字，如何处理由网点决定。",
  "page.gone_signed": "网点已改派或关闭。在这里签字的内容已保存，如何处理由网点决定。",
  "page.gone_sign": "完工并请顾客签字",
  "page.gone_see": "查看签字内容",
  "page.gone_outbox": "查看待交内容",
  "page.when": "时间",
  "page.where": "地点",
  "page.product": "产品",
  "page.checklist": "检查项",
  "page.checklist_progress": "已完成 {done}/{all}",
  "page.checklist_empty": "此类工单没有检查项。",
  "page.required": "必做",
  "page.notes": "备注",
  "page.notes_empty": "暂无备注。",
  "page.access": "进门说明",
  "page.navigate": "导航",
  "page.call": "打电话",
  "page.serial": "序列号 {serial}",
  "page.sign_again": "签字无效，请顾客重新签字。",
};
