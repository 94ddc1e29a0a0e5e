import "../shared/look/base.css";
