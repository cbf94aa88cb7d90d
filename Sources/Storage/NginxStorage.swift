package import Configuration
internal import FoundationEssentials

/// The file `storage.conf`, by which nginx and the Content-Security-Policy of pages know the storage.
package enum NginxStorage {
    /// The file for these settings. `resolvers` are the name servers that nginx asks for the storage's address.
    package static func file(
        _ settings: SettingValues<StorageSettings>, siteURL: String, resolvers: [String]
    ) -> String {
        let cdn = settings.mediaBaseURL.map(origin).flatMap { $0 == siteURL ? nil : $0 }
        let uploads = settings.backend == .local ? nil : uploadOrigin(settings)
        let isRemote = [settings.backend, settings.previous ?? .local].contains { $0 != .local }
        var lines = ["# Made by `dailies storage nginx` from the settings. Do not edit it.", ""]
        lines += map("dailies_upload_origin", uploads.map { " " + $0 } ?? "")
        lines += map("dailies_media_origin", cdn.map { " " + $0 } ?? "")
        lines += map("dailies_media_reach", cdn == nil ? "same-origin" : "cross-origin")
        lines += map("dailies_media_reader", cdn == nil ? "" : siteURL)
        if isRemote, !resolvers.isEmpty {
            lines.append("resolver \(resolvers.joined(separator: " "));")
        }
        return lines.joined(separator: "\n")
    }

    /// The name servers of a resolv.conf, as nginx writes them.
    package static func nameservers(in text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count >= 2, words[0] == "nameserver" else { return nil }
            // nginx takes no zone of an address.
            let address = words[1].prefix { $0 != "%" }
            return address.contains(":") ? "[\(address)]" : String(address)
        }
    }

    private static func map(_ name: String, _ value: String) -> [String] {
        ["map \"\" $\(name) {", "    default \"\(value)\";", "}"]
    }

    private static func uploadOrigin(_ settings: SettingValues<StorageSettings>) -> String {
        switch settings.backend {
        case .cloudinary: origin(settings.cloudinaryURL)
        default: settings.store(settings.backend).openAddresses(of: "x").first.map(origin) ?? ""
        }
    }

    /// The scheme, host and port of an address.
    private static func origin(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        return String(url[..<scheme.upperBound] + url[scheme.upperBound...].prefix { $0 != "/" })
    }
}
