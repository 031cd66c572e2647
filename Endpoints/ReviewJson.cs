using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>Cards as reviewers see them: the contract's fields, and why and by how many they were complained about.</summary>
internal static class ReviewJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="link">Makes of a medium's path what the reviewer can follow.</param>
    /// <param name="openIds">For the command line only.</param>
    public static byte[] Of(ReviewedCard reviewed, Func<string, string> link, bool openIds)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            var (card, author, review, complaints, checking) = reviewed;
            json.WriteStartObject();
            CardJson.Write(json, card, author, link);
            json.WriteString("reason"u8, card.Status == CardStatus.Rejected ? card.Reason : null);
            json.WriteBoolean("checking"u8, checking);
            json.WriteNumber("reports"u8, review.Reports);
            json.WriteString("reported"u8, review.Reports > 0 ? Times.Format(review.Reported) : null);
            json.WriteStartArray("complaints"u8);
            foreach (var complaint in complaints)
            {
                Write(json, complaint, openIds);
            }

            json.WriteEndArray();
            json.WriteString("author"u8, author.Uid);
            json.WriteBoolean("banned"u8, author.Banned);
            if (openIds)
            {
                json.WriteString("openid"u8, author.OpenId);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, Report complaint, bool uids)
    {
        json.WriteStartObject();
        json.WriteString("reason"u8, complaint.Reason);
        json.WriteString("created"u8, Times.Format(complaint.Created));
        if (uids)
        {
            json.WriteString("uid"u8, complaint.Uid);
        }

        json.WriteEndObject();
    }
}
