internal import Configuration
internal import ErrorReports
internal import FoundationEssentials
internal import HTTPClient
internal import Installation
internal import Mail
internal import Platform
internal import Text

/// The servers that the site calls, and the site as others reach it.
struct NetworkChecks {
    private let settings: Settings

    init(_ settings: Settings) {
        self.settings = settings
    }

    /// A certificate that ends within this time should have been renewed, in seconds.
    private static let certificateLimit = 14 * 86_400
    /// An answer is at most this much younger or older than our clock, in seconds.
    private static let clockLimit = 60.0

    var findings: [Finding] { services + [mail].compactMap(\.self) + site }

    /// The services that have credentials here, by the setting that names their address.
    private var services: [Finding] {
        let given = settings.shown
        let all = [
            ("FAL_BASE_URL", "FAL_KEY"), ("RUNWAY_BASE_URL", "RUNWAY_API_KEY"), ("RUNPOD_BASE_URL", "RUNPOD_API_KEY"),
            ("REPLICATE_BASE_URL", "REPLICATE_API_TOKEN"), ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL"),
            ("R2_ENDPOINT", "R2_ENDPOINT"), ("SUPABASE_URL", "SUPABASE_URL"),
        ]
        var addresses = all.filter { !(given[$0.1] ?? "").isEmpty }.map { ($0.0, given[$0.0] ?? "") }
        if let reports = settings.errorReports.address { addresses.append(("SENTRY_DSN", reports.url)) }
        return addresses.compactMap { name, address in
            guard let parts = URLComponents(string: address), let host = parts.host else { return nil }
            return server(name, host, parts.port ?? (parts.scheme == "http" ? 80 : 443))
        }
    }

    private func server(_ name: String, _ host: String, _ port: Int) -> Finding {
        do throws(NetworkProbe.Fault) {
            try NetworkProbe.connect(host: host, port: port)
            return .good(name, "\(host) answers")
        } catch {
            switch error {
            case .unknownName(let words):
                return .bad(
                    name, "the name \(host) has no address: \(words)",
                    fix: "Correct \(name), or the resolver of this machine: getent hosts \(host) must answer.")
            case .unreachable(let words):
                return .bad(
                    name, "\(host) does not answer on port \(port): \(words)",
                    fix: "Correct \(name), or let this machine call out on that port.")
            }
        }
    }

    private var mail: Finding? {
        switch settings.mail.relay {
        case nil: return nil
        case .sendmail(let path):
            guard FileManager.default.isExecutableFile(atPath: path) else {
                return .bad(
                    "MAIL_URL", "\(path) cannot be run", fix: "apt install msmtp-mta, or name a server.", file: path)
            }
            return .good("MAIL_URL", path)
        case .smtp(let relay): return server("MAIL_URL", relay.host, relay.port)
        }
    }

    // MARK: The site itself

    private var site: [Finding] {
        let url = settings.site.url
        guard let parts = URLComponents(string: url), let host = parts.host else { return [] }
        let certificate = parts.scheme == "https" ? certificate(of: host, port: parts.port ?? 443) : nil
        if let certificate, !certificate.isGood { return [certificate] }
        let findings = [certificate].compactMap(\.self)
        do {
            let answer = try HTTPClient().send(
                OutgoingRequest(url: url + "/livez", timeout: .seconds(10)))
            guard answer.status == 200, String(decoding: answer.body, as: UTF8.self).hasPrefix("alive") else {
                return findings + [
                    .bad(
                        "SITE_URL", "\(url)/livez answers with status \(answer.status), and not as this site does",
                        fix: "SITE_URL must be where visitors find the site; a proxy in front must pass all paths on.")
                ]
            }
            return findings + [.good("SITE_URL", "\(url) leads here"), clock(answer)].compactMap(\.self)
        } catch {
            return findings + [
                .bad(
                    "SITE_URL", "\(url) does not answer: \(error)",
                    fix: "SITE_URL must be where visitors find the site, and nginx must run.")
            ]
        }
    }

    private func clock(_ answer: IncomingResponse) -> Finding? {
        guard let there = answer.header("date").flatMap({ Date(rfc1123: $0) }) else { return nil }
        let difference = there.timeIntervalSinceNow
        guard abs(difference) > Self.clockLimit else { return nil }
        return .bad(
            "clock",
            "the site's clock is \(Int(abs(difference))) s \(difference > 0 ? "ahead of" : "behind") this machine's",
            fix:
                "All machines must follow one time: apt install systemd-timesyncd (or chrony), timedatectl set-ntp true."
        )
    }

    /// As openssl sees it, which also tells what is wrong with it.
    private func certificate(of host: String, port: Int) -> Finding? {
        let openssl = "/usr/bin/openssl"
        guard
            let shown = try? Subprocess.run(
                openssl, ["s_client", "-connect", "\(host):\(port)", "-servername", host], timeout: .seconds(10)),
            case let text = String(decoding: shown.stdout, as: UTF8.self),
            let begin = text.firstRange(of: "-----BEGIN CERTIFICATE-----"),
            let end = text.firstRange(of: "-----END CERTIFICATE-----")
        else { return nil }
        let pem = Array(text[begin.lowerBound..<end.upperBound].utf8) + [0x0A]
        func ask(_ words: String...) -> Subprocess.Output? {
            try? Subprocess.run(openssl, ["x509", "-noout"] + words, input: pem, timeout: .seconds(10))
        }
        let until =
            String(decoding: ask("-enddate")?.stdout ?? [], as: UTF8.self)
            .split(separator: "=").last.map { String($0).trimmed } ?? "?"
        let remedy =
            "certbot renew, then systemctl reload nginx; systemctl list-timers certbot.timer must show a next run."
        let isExpired = String(decoding: ask("-checkend", "0")?.stdout ?? [], as: UTF8.self).contains("will expire")
        if isExpired { return .bad("certificate", "that of \(host) has expired: \(until)", fix: remedy) }
        let endsSoon = String(decoding: ask("-checkend", "\(Self.certificateLimit)")?.stdout ?? [], as: UTF8.self)
            .contains("will expire")
        if endsSoon { return .bad("certificate", "that of \(host) ends soon: \(until)", fix: remedy) }
        return .good("certificate", "that of \(host) is good until \(until)")
    }
}
