internal import HTML

/// One page before it is laid out: its facts for the head, what it loads, and its content.
struct Page {
    /// How much of the frame stands around the content.
    enum Shell {
        /// Top bar and, on a phone, tab bar; a foot below.
        case standard
        /// The content fills the screen: no foot, and on a phone no top bar.
        case stage
        /// A page for work: top bar only.
        case desk
        /// The content brings its own bar.
        case bare
    }

    var title: String
    var description: String
    /// The path of the canonical link.
    var path: String
    /// The place in the navigation that is lit, when it is another path.
    var section: String?
    /// A picture for social cards.
    var image: String?
    var isIndexed = true
    var shell = Shell.standard
    /// Style sheets and modules beside those of every page, by name.
    var styles: [String] = []
    var modules: [String] = []
    /// The symbols that content and modules use.
    var icons: [Icon] = []
    var film: FilmView?
    var main: HTML
}
