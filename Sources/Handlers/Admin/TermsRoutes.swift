internal import FoundationEssentials
public import HTTP
public import Identity
internal import SharedHandlers
internal import Text

extension AdminRoutes {
    private static let summaryText = Schema.text(1...2_000, lines: .many)
    private static let termsText = Schema.text(1...60_000, lines: .many)
    private static let numbers = Schema.integer(1...1_000_000)

    private struct PublishTermsInput: InputShape {
        @Input(summaryText, "What is new; members read it before they accept.") var summary: String
        @Input(termsText, "Lines that begin with “## ” are headings, with “- ” items; {minimumAge} is the setting.")
        var text: String
        @Input("From when on it is in force; without it, at once.") var effectiveAt: Date?
    }

    private struct ChangeTermsInput: InputShape {
        @Input(numbers) var version: Int
        @Input(summaryText) var summary: String?
        @Input(termsText) var text: String?
        @Input var effectiveAt: Date?
    }

    private struct WithdrawTermsInput: InputShape {
        @Input(numbers) var version: Int
    }

    private struct TermsPublished: Shaped {
        let version: Int

        static let shape = Shape<TermsPublished>("TermsPublished") {
            Field("success", { _ in true })
            Field("version", \.version)
        }
    }

    private struct TermsVersions: Shaped {
        let versions: [PublishedTerms]

        static let shape = Shape<TermsVersions>("TermsVersions") {
            Field("versions", \.versions, "The latest first.")
        }
    }

    /// The versions of the terms of use.
    public static func termsRoutes(_ terms: Terms) -> [Route] {
        [
            .get(
                "/api/admin/terms", access: .admin, limit: .api, features: ["GEN-08"],
                summary: "All versions of the terms of use, with how many members have accepted each."
            ) { context in TermsVersions(versions: try terms.list(for: try context.member().id)) },
            .post(
                "/api/admin/terms", access: .admin, bodyLimit: 1_048_576, body: PublishTermsInput.self,
                answers: [201: TermsPublished.schema], features: ["GEN-08"],
                summary:
                    "Publishes a version of the terms of use, which members accept before they next send in a clip."
            ) { context, input in
                let version = try terms.publish(
                    summary: input.summary.trimmed, text: input.text.trimmed, effectiveAt: input.effectiveAt,
                    by: try context.member().id)
                return Response.json(TermsPublished(version: version), status: 201)
            },
            .patch(
                "/api/admin/terms", access: .admin, bodyLimit: 1_048_576, body: ChangeTermsInput.self,
                features: ["GEN-08"], summary: "Changes a version that is not in force yet."
            ) { context, input in
                try terms.change(
                    input.version, summary: input.summary?.trimmed, text: input.text?.trimmed,
                    effectiveAt: input.effectiveAt, by: try context.member().id)
                return TermsPublished(version: input.version)
            },
            .delete(
                "/api/admin/terms", access: .admin, body: WithdrawTermsInput.self, features: ["GEN-08"],
                summary: "Withdraws a version that is not in force yet."
            ) { context, input in
                try terms.withdraw(input.version, by: try context.member().id)
                return TermsPublished(version: input.version)
            },
        ]
    }
}

extension PublishedTerms: Shaped {
    /// Its form in JSON.
    public static let shape = Shape<PublishedTerms>("PublishedTerms") {
        Field("version", \.terms.version)
        Field("effectiveAt", \.terms.effectiveAt)
        Field("summary", \.terms.summary)
        Field("text", \.terms.text)
        Field("final", \.isFinal, "Whether it is in force, or was, so that it cannot be changed.")
        Field("acceptances", \.acceptances, "How many members have accepted it.")
    }
}
