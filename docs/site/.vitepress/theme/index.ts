import DefaultTheme from 'vitepress/theme-without-fonts'
import './site.css'

// Without the theme's web fonts: the system's own are there at once and ask nobody.
export default DefaultTheme
