"""Rakuten Ichiba in Japan: R-Messe, which its sellers' programs reach through the InquiryManagementAPI of RMS."""
