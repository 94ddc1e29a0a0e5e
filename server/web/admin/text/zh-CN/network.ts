import type { network as english } from "../en/network";

/** The network of outlets, and service reports, in Simplified Chinese. */
export const network: Readonly<Record<keyof typeof english, string>> = {
  "outlet.new": "新建网点",
  "outlet.zone": "时区",
  "outlet.zone_hint": "承诺时限和日期按此时区计算，建立后不能更改。",
  "outlet.stays": "时区（{zone}）和地区等级（{grade}）不能更改：已作出的承诺和已记录的日期按其计算。",
  "outlet.place": "位置",
  "outlet.freeze": "开始前锁定",
  "outlet.freeze_is": "{n} 分钟",
  "outlet.freeze_minutes": "上门开始前（分钟）",
  "outlet.freeze_hint": "此后规划不再改动该上门。",
  "outlet.change_freeze": "更改锁定时间",
  "outlet.move": "划归其他服务中心",
  "outlet.ask_move": "将“{name}”划归其他服务中心？",
  "outlet.means_move": "其工单、人员和产品随之转移；原服务中心的承诺不再适用。",
  "centre.new": "新建服务中心",
  "report.firm": "全部工单",
  "report.shipped": "系统自带",
  "report.preview": "预览 PDF",
  "report.not_drawn": "无法生成预览。",
  "report.paper": "纸张",
  "report.accent": "主色",
  "report.title": "标题",
  "report.intro": "开头语",
  "report.consent": "顾客签字声明",
  "report.footer": "页脚",
};
