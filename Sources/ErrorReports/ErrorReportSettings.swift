package import Configuration
internal import FoundationEssentials
internal import Postgres
internal import Text

/// Where errors are reported to: any service that takes Sentry's envelopes.
package struct ErrorReportSettings: SettingGroup {
    package static let title = "Error reports"

    package let address = Setting(
        optional: "SENTRY_DSN", .reportAddress, secret: true,
        "Where errors are reported to, as a Sentry-compatible service gives it: `https://KEY@HOST/PROJECT`. Personal data are "
            + "taken out before. Without it nothing is reported.")
    package let environment = Setting(
        "SENTRY_ENVIRONMENT", default: "production", .text, "The name under which the reports of this site are filed.")

    package init() {}
}

extension Settings {
    /// Where errors are reported to.
    package var errorReports: SettingValues<ErrorReportSettings> { self[ErrorReportSettings.self] }
}

extension Settings {
    /// Reports the errors of a program, if the settings say where to.
    package func errorReporter(of program: String) -> ErrorReporter? {
        guard errorReports.address != nil else { return nil }
        var options = DatabaseOptions(connectionString: database.connectionURL)
        options.preparedStatements = database.preparesStatements
        return ErrorReporter(program: program, environment: errorReports.environment, options)
    }
}

/// The parts of a DSN.
package struct ReportAddress: Sendable, Equatable {
    /// Where envelopes are posted.
    package let url: String
    /// What allows it; public by Sentry's design, since browsers have it too.
    package let key: String

    /// `https://KEY@HOST/PATH/PROJECT`; nil when it is not of that form.
    package init?(_ dsn: String) {
        guard let parts = URLComponents(string: dsn), let scheme = parts.scheme, ["http", "https"].contains(scheme),
            let key = parts.user, !key.isEmpty, let host = parts.host, !host.isEmpty, parts.query == nil
        else { return nil }
        let path = parts.path.split(separator: "/")
        guard let project = path.last, project.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        let before = path.dropLast().map { "/" + $0 }.joined()
        let port = parts.port.map { ":\($0)" } ?? ""
        self.key = key
        url = "\(scheme)://\(host)\(port)\(before)/api/\(project)/envelope/"
    }
}

extension ValueFormat<ReportAddress> {
    /// A DSN.
    fileprivate static var reportAddress: Self {
        ValueFormat("https://KEY@HOST/PROJECT") { text throws(FormatFault) in
            guard let address = ReportAddress(text) else {
                throw FormatFault("must be like https://KEY@HOST/PROJECT, with a number as project")
            }
            return address
        }
    }
}
