/** VitePress' own theme with room for code of 100 columns and for wide tables. */
import DefaultTheme from "vitepress/theme";
import "./style.css";

export default DefaultTheme;
