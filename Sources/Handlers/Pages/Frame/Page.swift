internal import HTML
internal import HTTP

/// One page before it is laid out: its facts for the head, what it loads, and its content.
struct Page {
    /// How much of the frame surrounds the content.
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
    /// A picture for social cards: JPEG, 1200 × 630.
    var image: String?
    /// The picture that the page begins with, which is loaded before scripts are.
    var firstPicture: String?
    /// What its module reads first. The page asks for it while the module is on its way, unless the address asks for something else.
    var ahead: [String] = []
    var isIndexed = true
    var shell = Shell.standard
    /// Style sheets beside the one of every page, by name.
    var styles: [String] = []
    /// The page's module, by name, which imports `site.js`; a page without one gets that alone.
    var modules: [String] = []
    /// The symbols that content and modules use.
    var icons: [Icon] = []
    var film: FilmView?
    /// What machines learn of it beside that.
    var facts = PageFacts()
    var status = 200
    /// Headers of the answer.
    var headers: Headers = [:]
    var main: HTML
}

extension Page {
    /// Leads on to another address. No browser keeps the answer, since the address may mean something else later.
    static func moved(to path: String) -> Page {
        Page(
            title: "This page has moved", description: "This page has another address now.", path: path,
            isIndexed: false, status: 302, headers: ["Location": path],
            main: "<main class=\"page\" id=\"main\"><p><a class=\"link\" href=\"\(path)\">Continue</a></p></main>")
    }

    /// A page as it was declared; its content may give it a title, a description or a canonical path of its own.
    init(
        _ declaration: PageDeclaration, title: String? = nil, description: String? = nil, path: String? = nil,
        section: String? = nil, image: String? = nil, firstPicture: String? = nil, ahead: [String] = [],
        shell: Shell = .standard,
        styles: [String] = [], modules: [String] = [], icons: [Icon] = [], film: FilmView? = nil,
        facts: PageFacts = PageFacts(), isIndexed: Bool = true, status: Int = 200, headers: Headers = [:],
        main: HTML
    ) {
        self.init(
            title: title ?? declaration.title, description: description ?? declaration.description,
            path: path ?? declaration.path, section: section, image: image, firstPicture: firstPicture,
            ahead: ahead, isIndexed: declaration.isListed && isIndexed, shell: shell, styles: styles, modules: modules,
            icons: icons,
            film: film, facts: facts, status: status, headers: headers,
            main: main)
    }
}
