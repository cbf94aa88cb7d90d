internal import Composition
internal import Configuration
internal import FoundationEssentials
internal import HTTP
internal import Installation
internal import Platform
internal import Realtime
internal import Text

/// nginx's configuration, and the sockets between it and the programs.
struct NginxChecks {
    /// A file of the configuration, by lines.
    private struct Lines {
        let path: String
        let lines: [String]

        init?(_ path: String) {
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
            self.path = path
            lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(\.trimmed)
        }

        /// Lines that hold something, with their numbers from 1.
        func matches(_ accept: (String) -> Bool) -> [(number: Int, text: String)] {
            lines.enumerated().filter { !$0.element.hasPrefix("#") && accept($0.element) }.map {
                ($0.offset + 1, $0.element)
            }
        }
    }

    private let settings: Settings
    private let directory: String

    init(_ settings: Settings) {
        self.settings = settings
        directory = settings.host.nginxDirectory
    }

    var findings: [Finding] {
        guard FileManager.default.fileExists(atPath: directory) else {
            return [
                .bad(
                    "nginx", "\(directory) is not there", fix: "Install the shipped files of nginx, or set NGINX_DIR.",
                    file: directory), publisher,
            ]
        }
        return [nchan, routes, proxies].compactMap(\.self) + sockets + [publisher]
    }

    /// Modules are loaded by the main file: by itself, or by the files of Debian's directory that it includes.
    private var nchan: Finding? {
        let main = [directory + "/nginx.conf", "/etc/nginx/nginx.conf"].lazy.compactMap(Lines.init).first
        guard let main else { return nil }
        var loaded = main.matches { $0.hasPrefix("load_module") }.map(\.text)
        for (_, text) in main.matches({ $0.hasPrefix("include ") && $0.contains("modules-enabled") }) {
            let pattern = text.dropFirst("include ".count).prefix { $0 != ";" }.trimmed
            let modules = Files.parent(of: pattern)
            for name in (try? FileManager.default.contentsOfDirectory(atPath: modules)) ?? [] {
                loaded += Lines("\(modules)/\(name)")?.matches { $0.hasPrefix("load_module") }.map(\.text) ?? []
            }
        }
        if loaded.contains(where: { $0.contains("nchan") }) { return .good("nchan", "loaded") }
        return .bad(
            "nchan", "nginx does not load the module nchan, so no event reaches a browser and nginx does not start",
            fix:
                "apt install libnginx-mod-nchan, and keep `include /etc/nginx/modules-enabled/*.conf;` in the main file.",
            file: main.path)
    }

    /// Locations are made from the routes of one version.
    private var routes: Finding? {
        guard let file = Lines(directory + "/routes.conf") else {
            return .bad(
                "routes", "\(directory)/routes.conf is not there", fix: "Install the shipped files of nginx.",
                file: directory + "/routes.conf")
        }
        guard let declared = try? RouteMap.declaredRoutes() else { return nil }
        let fixed = Set(declared.map(\.pattern).filter { !$0.contains("[") })
        let located = file.matches { $0.hasPrefix("location = ") }.compactMap { number, text -> (Int, String)? in
            text.split(separator: " ").dropFirst(2).first.map { (number, $0.filter { $0 != "\"" }) }
        }
        // nginx's own, for its error pages.
        .filter { !$0.1.hasPrefix("/errors/") }
        let paths = Set(located.map(\.1))
        // nginx asks some internal routes, and others only tests know.
        let internals = Set(declared.filter { $0.access == .internal_ }.map(\.pattern))
        let missing = fixed.subtracting(paths).subtracting(internals).sorted()
        let stale = located.first { !fixed.contains($0.1) }
        guard !missing.isEmpty || stale != nil else { return .good("routes", "those of this version") }
        let words =
            (missing.isEmpty ? [] : ["it does not know \(missing.prefix(3).joined(separator: ", "))"])
            + (stale.map { ["it still knows \($0.1)"] } ?? [])
        return .bad(
            "routes", "nginx's locations are those of another version: \(words.joined(separator: "; "))",
            fix:
                "dailies routes --processes /etc/dailies/processes.conf --nginx \(directory) --systemd /etc/dailies, then "
                + "systemctl reload nginx.", file: file.path, line: stale?.0)
    }

    /// A site at https whose nginx has no certificate is behind a proxy.
    private var proxies: Finding? {
        guard settings.site.url.hasPrefix("https:"), let listen = Lines(directory + "/listen.conf"),
            let trusted = Lines(directory + "/trusted-proxies.conf")
        else { return nil }
        let hasCertificate = !listen.matches { $0.hasPrefix("listen") && $0.contains("ssl") }.isEmpty
        let isTrusting = !trusted.matches { $0.hasPrefix("set_real_ip_from") }.isEmpty
        guard !hasCertificate, !isTrusting else { return nil }
        return .bad(
            "proxy",
            "SITE_URL is https and nginx has no certificate, so the site is behind a proxy; no proxy is trusted, so that all "
                + "visitors seem to come from one address and share its limits",
            fix: "Write `set_real_ip_from ADDRESS;` of the proxy, which must set X-Forwarded-For.", file: trusted.path,
            line: 1)
    }

    private var sockets: [Finding] {
        guard let file = Lines(directory + "/upstreams.conf") else { return [] }
        let named = file.matches { $0.contains("unix:") }.compactMap { number, text -> (Int, String)? in
            text.split(separator: "unix:").last.map { (number, String($0.prefix { $0 != ";" && $0 != " " })) }
        }
        var seen: Set<String> = []
        let findings = named.filter { seen.insert($0.1).inserted }.compactMap { socket($0.1, file.path, $0.0) }
        return findings.isEmpty && !named.isEmpty ? [.good("sockets", "\(seen.count) of hosts")] : findings
    }

    private func socket(_ path: String, _ file: String, _ line: Int) -> Finding? {
        let unit = "dailies-host@\(path.split(separator: "/").last?.dropLast(5) ?? "").socket"
        guard let facts = FileFacts(path), facts.isSocket else {
            return .bad(
                "sockets", "there is no socket \(path), to which nginx passes requests",
                fix: "systemctl enable --now \(unit)", file: file, line: line)
        }
        let remedy =
            "systemctl restart \(unit) makes it with the shipped owner, group and mode; look for a drop-in first."
        guard facts.mode & 0o007 == 0 else {
            return .bad(
                "sockets", "every account can reach \(path), whose mode is \(facts.octal): it could forge requests",
                fix: "SocketMode=0660. " + remedy, file: path)
        }
        if let owner = FileFacts(settings.host.statusDirectory)?.owner, owner != facts.owner {
            return .bad(
                "sockets",
                "\(path) belongs to \(FileFacts.account(facts.owner)), and \(settings.host.statusDirectory) to "
                    + "\(FileFacts.account(owner))", fix: "SocketUser=\(FileFacts.account(owner)). " + remedy,
                file: path)
        }
        if let account = nginxAccount, let nginx = FileFacts.groups(of: account), nginx.id != 0,
            nginx.id != facts.owner,
            !nginx.groups.contains(facts.group) || facts.mode & 0o060 != 0o060
        {
            return .bad(
                "sockets",
                "nginx runs as \(account) and cannot reach \(path), whose group is \(FileFacts.group(facts.group)) and mode "
                    + "\(facts.octal)", fix: "SocketGroup=\(account), SocketMode=0660. " + remedy, file: path)
        }
        do {
            try UnixSocket.probe(path)
            return nil
        } catch {
            return .bad(
                "sockets", "no program listens at \(path)", fix: "systemctl restart \(unit)", file: file, line: line)
        }
    }

    private var nginxAccount: String? {
        let main = [directory + "/nginx.conf", "/etc/nginx/nginx.conf"].lazy.compactMap(Lines.init).first
        return main?.matches { $0.hasPrefix("user ") }.first.map {
            $0.text.dropFirst(5).prefix { $0 != ";" && $0 != " " }
        }
        .map(String.init)
    }

    private var publisher: Finding {
        let path = settings.realtime.publishSocket
        do {
            try UnixSocket.probe(path)
            return .good("publisher", path)
        } catch {
            return .bad(
                "publisher", "no program listens at \(path)", fix: "Start nginx with the shipped configuration.",
                file: path)
        }
    }
}
